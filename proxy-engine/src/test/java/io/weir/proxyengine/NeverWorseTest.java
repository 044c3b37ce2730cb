package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What interception would break is passed on unread, from the first connection on; what fails without it fails the same with it. */
class NeverWorseTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @ParameterizedTest
    @CsvSource({"true, TLSv1.2", "true, TLSv1.3", "false, TLSv1.2", "false, TLSv1.3"})
    void anOriginThatWantsToKnowTheClientGetsIt(boolean needed, String version) throws Exception {
        TestAuthority clients = TestAuthority.create();
        Queue<String> seen = new ConcurrentLinkedQueue<>();
        try (var proxy =
                InterceptingProxy.start(settings -> settings, config -> bypassing(config, Duration.ofMillis(1500)))) {
            SSLContext context = proxy.origins().issue("localhost").serverContext(clients.certificate());
            try (var origin = ServedOrigin.start((socket, number) -> {
                SSLSocket tls = ServedOrigin.tls(socket, context);
                tls.setEnabledProtocols(new String[] {version});
                if (needed) {
                    tls.setNeedClientAuth(true);
                } else {
                    tls.setWantClientAuth(true);
                }
                tls.startHandshake();
                seen.add(peer(tls));
                ServedOrigin.hello(tls);
            })) {
                SSLContext client = context(
                        proxy.origins().certificate(),
                        clients.order("client").forClients().issue());

                assertThat(get(tls(proxy.tunnel(origin.port()), client))).endsWith("hello");
                assertThat(get(tls(proxy.tunnel(origin.port()), client))).endsWith("hello");

                List<TestLedger.Session> sessions = proxy.ledger().awaitClosed(2);
                assertThat(sessions)
                        .hasSize(2)
                        .allSatisfy(session -> assertThat(session.detected).isNull());
                assertThat(seen)
                        .filteredOn(name -> !name.isEmpty())
                        .containsExactly("CN=test origin", "CN=test origin");
                InterceptionBypassed bypass = onlyBypass(proxy);
                assertThat(bypass.host()).isEqualTo("localhost:" + origin.port());
                assertThat(bypass.client()).isEmpty();
                assertThat(bypass.reason()).contains("certificate of the client");
                assertThat(bypass.untilMillis())
                        .isCloseTo(System.currentTimeMillis(), org.assertj.core.data.Offset.offset(5000L));

                await().until(() -> System.currentTimeMillis() > bypass.untilMillis() + 20);
                int before = origin.connections();
                assertThat(get(tls(proxy.tunnel(origin.port()), client))).endsWith("hello");
                assertThat(origin.connections() - before)
                        .as("an attempt, and the real one")
                        .isEqualTo(2);
            }
        }
    }

    private static String peer(SSLSocket tls) {
        try {
            return ((X509Certificate) tls.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .getName();
        } catch (SSLPeerUnverifiedException nobody) {
            return "";
        }
    }

    @Test
    void anOriginOfOldTlsIsPassedOn() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    new Wire(socket).read(5);
                    socket.getOutputStream().write(alert(70)); // protocol_version
                    socket.getInputStream().readAllBytes();
                })) {
            String answer;
            try (Socket tunnel = proxy.tunnel(origin.port())) {
                tunnel.getOutputStream().write(hello(proxy));
                answer = new Wire(tunnel).read(7);
            }

            assertThat(answer).isEqualTo(new String(alert(70), StandardCharsets.ISO_8859_1));
            assertPassedOn(proxy, origin, 2);
        }
    }

    @Test
    void anOriginThatDoesNotSpeakTlsIsPassedOn() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    new Wire(socket).read(5);
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().readAllBytes();
                })) {
            try (Socket tunnel = proxy.tunnel(origin.port())) {
                tunnel.getOutputStream().write(hello(proxy));
                assertThat(new Wire(tunnel).readHead()).startsWith("HTTP/1.1 400");
            }

            assertPassedOn(proxy, origin, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anOriginThatEndsTheHandshakeIsPassedOn(boolean reset) throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    new Wire(socket).read(5);
                    if (number == 1) {
                        if (reset) {
                            socket.setSoLinger(true, 0);
                        } else {
                            socket.shutdownOutput();
                        }
                        return;
                    }
                    socket.getOutputStream().write('x');
                    socket.getInputStream().readAllBytes();
                })) {
            try (Socket tunnel = proxy.tunnel(origin.port())) {
                tunnel.getOutputStream().write(hello(proxy));
                assertThat(tunnel.getInputStream().read()).isEqualTo('x');
            }

            assertPassedOn(proxy, origin, 2);
        }
    }

    @Test
    void anOriginThatKeepsEndingTheHandshakeEndsThatOfTheClient() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    new Wire(socket).read(5);
                    socket.setSoLinger(true, 0);
                })) {
            try (Socket tunnel = proxy.tunnel(origin.port())) {
                tunnel.getOutputStream().write(hello(proxy));
                assertThat(new Wire(tunnel).drain()).as("FIN").isFalse();
            }

            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
        }
    }

    @Test
    void anOriginThatIsDownIsTheSameAnswerAsWithoutInterception() throws Exception {
        int port;
        try (ServerSocket gone = new ServerSocket(0)) {
            port = gone.getLocalPort();
        }
        try (var proxy = InterceptingProxy.start();
                var plain = TestProxy.start()) {
            String head = TestTunnel.head("localhost:" + port);
            String with = new Wire(proxy.proxy().connect()).send(head).readMessage();
            String without = new Wire(plain.connect()).send(head).readMessage();

            assertThat(with).startsWith("HTTP/1.1 502").isEqualTo(without);
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
            assertThat(proxy.ledger().notices()).isEmpty();
        }
    }

    @Test
    void aProtocolThatWeDoNotSpeakIsPassedOnWithoutABypass() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                SSLSocket tls = ServedOrigin.tls(socket, context);
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setApplicationProtocols(new String[] {"imap"});
                tls.setSSLParameters(parameters);
                tls.getOutputStream().write(tls.getInputStream().read());
            })) {
                try (SSLSocket client =
                        tls(proxy.tunnel(origin.port()), context(proxy.origins().certificate(), null), "imap")) {
                    client.getOutputStream().write('a');
                    assertThat(client.getInputStream().read()).isEqualTo('a');
                    assertThat(client.getApplicationProtocol()).isEqualTo("imap");
                }

                assertThat(proxy.ledger().awaitOnlyClosed().detected).isNull();
                assertThat(proxy.ledger().notices()).isEmpty();
                assertThat(origin.connections()).isEqualTo(1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aClientOfHttp2AndAnOriginOfHttp1UnderstandEachOther(boolean alert) throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                SSLSocket tls = ServedOrigin.tls(socket, context);
                if (alert) { // it refuses a client that knows nothing else, where others choose nothing
                    SSLParameters parameters = tls.getSSLParameters();
                    parameters.setApplicationProtocols(new String[] {"http/1.1"});
                    tls.setSSLParameters(parameters);
                }
                ServedOrigin.hello(tls);
            })) {
                try (var client = RawHttp2.client(proxy.open(proxy.tunnel(origin.port()), "h2"))) {
                    client.headers(1, true, RawHttp2.get("/"));
                    RawHttp2.Answer answer = client.answer(1);
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.body()).isEqualTo("hello");
                    assertThat(answer.whole()).isTrue();
                }

                assertThat(proxy.ledger().awaitExchanges(1).get(0).closed.reason())
                        .isEqualTo(CloseReason.COMPLETED);
                assertThat(proxy.ledger().notices()).isEmpty();
            }
        }
    }

    private static void assertPassedOn(InterceptingProxy proxy, ServedOrigin origin, int connections) {
        TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
        assertThat(session.detected).as("not intercepted").isNull();
        assertThat(onlyBypass(proxy).host()).isEqualTo("localhost:" + origin.port());
        assertThat(origin.connections()).isEqualTo(connections);
        assertThat(session.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
    }

    private static InterceptionBypassed onlyBypass(InterceptingProxy proxy) {
        List<InterceptionBypassed> all = proxy.ledger().notices().stream()
                .filter(InterceptionBypassed.class::isInstance)
                .map(InterceptionBypassed.class::cast)
                .toList();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static byte[] alert(int description) {
        return new byte[] {21, 3, 1, 0, 2, 2, (byte) description};
    }

    /** A ClientHello as the JDK makes it. */
    static byte[] hello(InterceptingProxy proxy) throws IOException {
        return hello(proxy, "localhost");
    }

    /** The same for another host, whose name is in it if it has a dot. */
    static byte[] hello(InterceptingProxy proxy, String host) throws IOException {
        try (var trap = new ServerSocket(0);
                var near = new Socket("localhost", trap.getLocalPort());
                Socket far = trap.accept()) {
            var tls = (SSLSocket) proxy.clientContext().getSocketFactory().createSocket(near, host, 443, true);
            Peer.async(() -> {
                tls.startHandshake();
                return null;
            });
            byte[] head = far.getInputStream().readNBytes(5);
            byte[] body = far.getInputStream().readNBytes((head[3] & 0xff) << 8 | (head[4] & 0xff));
            byte[] hello = java.util.Arrays.copyOf(head, 5 + body.length);
            System.arraycopy(body, 0, hello, 5, body.length);
            return hello;
        }
    }

    private static String get(SSLSocket client) throws IOException {
        try (var wire = new Wire(client)) {
            return wire.send(GET).readMessage();
        }
    }

    /** TLS of a client in a tunnel, before its handshake. */
    static SSLSocket tls(Socket tunnel, SSLContext context, String... protocols) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket(tunnel, "localhost", 443, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        if (protocols.length > 0) {
            parameters.setApplicationProtocols(protocols);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** For a client that trusts this CA, and shows that certificate if it has one. */
    static SSLContext context(X509Certificate trusted, TestAuthority.@Nullable Issued own) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("ca", trusted);
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(store);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        SSLContext context = SSLContext.getInstance("TLS");
        if (own != null) {
            keys.init(own.keyStore(), "test".toCharArray());
        }
        context.init(own == null ? null : keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }

    static InterceptConfig bypassing(InterceptConfig config, Duration time) {
        return new InterceptConfig(
                config.authority(),
                config.include(),
                config.exclude(),
                config.unverified(),
                config.trust(),
                config.capture(),
                config.bodies(),
                config.redaction(),
                time);
    }
}
