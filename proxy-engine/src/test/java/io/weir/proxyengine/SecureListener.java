package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import io.weir.proxyengine.tls.ClientName;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A listener for HTTPS with a certificate of its own, and clients of HTTP/2 to it whose sockets count. Files in the folder that it was given. */
final class SecureListener {
    private final Path folder;
    private final TestAuthority ca = TestAuthority.create();

    SecureListener(Path folder) {
        this.folder = folder;
    }

    TestAuthority ca() {
        return ca;
    }

    ListenerConfig config() throws IOException {
        return config(ListenerKind.HTTPS);
    }

    ListenerConfig config(ListenerKind kind) throws IOException {
        return config(kind, false, ClientName.NONE);
    }

    /** With clients' certificates, from the same CA, unless that is {@code NONE} and they need not. */
    ListenerConfig config(ListenerKind kind, boolean clientMust, ClientName clientUser) throws IOException {
        TestAuthority.Issued issued = ca.issue("localhost");
        Path authority = folder.resolve("ca.pem");
        try {
            Files.writeString(authority, pem("CERTIFICATE", ca.certificate().getEncoded()));
            Files.writeString(
                    folder.resolve("cert.pem"),
                    pem("CERTIFICATE", issued.certificate().getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IOException(e);
        }
        Files.writeString(
                folder.resolve("key.pem"), pem("PRIVATE KEY", issued.key().getEncoded()));
        boolean asks = clientMust || clientUser != ClientName.NONE;
        var tls = new ListenerTls(
                folder.resolve("cert.pem"), folder.resolve("key.pem"), asks ? authority : null, clientMust, clientUser);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return new ListenerConfig("secure", kind, address, List.of(), tls);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    TestProxy start(UnaryOperator<EngineConfigBuilder> settings) throws IOException {
        ListenerConfig listener = config();
        return TestProxy.start(builder -> settings.apply(builder.listeners(listener)));
    }

    /** A connection of TLS that speaks one of these protocols. */
    Client connect(TestProxy proxy, String... protocols) throws IOException {
        return connect(proxy, ca.clientContext(), protocols);
    }

    Client connect(TestProxy proxy, SSLContext context, String... protocols) throws IOException {
        return connect(CountedSocket.to(proxy.address()), proxy, context, protocols);
    }

    /** The same with a receive buffer that is soon full. */
    Client connectNarrowly(TestProxy proxy, String... protocols) throws IOException {
        return connect(CountedSocket.to(proxy.address(), 4096), proxy, ca.clientContext(), protocols);
    }

    private static Client connect(CountedSocket raw, TestProxy proxy, SSLContext context, String... protocols)
            throws IOException {
        SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", proxy.port(), true);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(protocols);
        tls.setSSLParameters(parameters);
        tls.startHandshake();
        return new Client(raw, tls);
    }

    /** A connection of HTTP/2. */
    Multiplexed connectHttp2(TestProxy proxy, int... settings) throws IOException {
        return http2(connect(proxy, "h2"), settings);
    }

    static Multiplexed http2(Client client, int... settings) throws IOException {
        assertThat(client.tls.getApplicationProtocol()).isEqualTo("h2");
        return new Multiplexed(client, FramePeer.client(client.tls, settings));
    }

    /** A client's TLS over a socket that counts. */
    record Client(CountedSocket raw, SSLSocket tls) {}

    /** A client that speaks HTTP/2 to the proxy. */
    record Multiplexed(Client client, FramePeer peer) implements AutoCloseable {
        /** Asks for a tunnel; answers its stream. */
        int connect(String authority, String... more) throws IOException {
            int id = peer.newStream();
            String[] head = new String[4 + more.length];
            System.arraycopy(new String[] {":method", "CONNECT", ":authority", authority}, 0, head, 0, 4);
            System.arraycopy(more, 0, head, 4, more.length);
            peer.headers(id, false, head);
            return id;
        }

        /** The same, and it stands. */
        int tunnel(String authority, String... more) throws IOException {
            int id = connect(authority, more);
            assertThat(String.valueOf(peer.head(id).status())).isEqualTo("200");
            return id;
        }

        /** A request for a URL of plain HTTP. */
        int request(String method, String authority, String path, boolean end, String... more) throws IOException {
            int id = peer.newStream();
            String[] head = new String[8 + more.length];
            System.arraycopy(
                    new String[] {":method", method, ":scheme", "http", ":authority", authority, ":path", path},
                    0,
                    head,
                    0,
                    8);
            System.arraycopy(more, 0, head, 8, more.length);
            peer.headers(id, end, head);
            return id;
        }

        /** Says goodbye and waits for the proxy's. */
        void leave() throws IOException {
            client.tls.shutdownOutput();
            await().until(peer::isEnded);
            client.tls.close();
        }

        /** Whether the proxy has counted what crossed the socket. */
        void addsUp(TestProxy proxy) {
            Tally sum = proxy.ledger().rootTotals();
            assertThat(sum.up() + sum.overheadUp()).isEqualTo(client.raw.written());
            assertThat(sum.down() + sum.overheadDown()).isEqualTo(client.raw.read());
        }

        @Override
        public void close() throws IOException {
            client.raw.close();
        }
    }
}
