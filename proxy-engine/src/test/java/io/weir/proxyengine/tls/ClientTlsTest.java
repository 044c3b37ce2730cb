package io.weir.proxyengine.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.ssl.SslProvider;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes with clients of other making, over sockets, with either provider. */
@Tag("jdk")
class ClientTlsTest {
    private static final TestAuthority authority = TestAuthority.create();

    private final TlsPeer peer = new TlsPeer();
    private final SSLContext client = authority.clientContext();

    @AfterEach
    void close() throws Exception {
        peer.close();
    }

    private SSLSocket connect(SSLContext context, int port, String host, String... alpn) throws Exception {
        SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(InetAddress.getByAddress(host, new byte[] {127, 0, 0, 1}), port);
        socket.setSoTimeout(30_000);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        parameters.setApplicationProtocols(alpn);
        if (HostName.dnsName(host) != null) {
            parameters.setServerNames(List.of(new SNIHostName(host)));
        }
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static void exchange(SSLSocket socket) throws Exception {
        socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(8)).asString().isEqualTo("HTTP/1.1");
    }

    private int listen(ClientTls tls, Leaf leaf, @Nullable String alpn) throws Exception {
        return peer.listen(allocator -> tls.handler(allocator, leaf, alpn));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aClientThatTrustsTheCaIsServed(SslProvider provider) throws Exception {
        var tls = new ClientTls(provider);
        for (String host : List.of("a.example", "b.example", "127.0.0.1")) {
            int port = listen(tls, authority.leaf(host), null);
            try (SSLSocket socket = connect(client, port, host)) {
                exchange(socket);
                assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
                assertThat(socket.getApplicationProtocol()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void theProtocolThatWasChosenIsSelected(SslProvider provider) throws Exception {
        var tls = new ClientTls(provider);
        for (String chosen : List.of("h2", "http/1.1")) {
            int port = listen(tls, authority.leaf("a.example"), chosen);
            try (SSLSocket socket = connect(client, port, "a.example", "h2", "http/1.1")) {
                assertThat(socket.getApplicationProtocol()).isEqualTo(chosen);
                exchange(socket);
                assertThat(peer.handlers().remove().applicationProtocol()).isEqualTo(chosen);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void noSessionIsEverResumed(SslProvider provider) throws Exception {
        var tls = new ClientTls(provider);
        for (String version : List.of("TLSv1.2", "TLSv1.3")) {
            SSLContext fresh = authority.clientContext(); // keeps sessions, as all clients do
            int port = listen(tls, authority.leaf("a.example"), null);
            Object previous = "";
            for (int i = 0; i < 3; i++) {
                try (SSLSocket socket = (SSLSocket) fresh.getSocketFactory().createSocket("127.0.0.1", port)) {
                    socket.setEnabledProtocols(new String[] {version});
                    exchange(socket);
                    long created = socket.getSession().getCreationTime();
                    assertThat(socket.getSession().getProtocol()).isEqualTo(version);
                    Object session =
                            List.of(HexFormat.of().formatHex(socket.getSession().getId()), created);
                    assertThat(session).isNotEqualTo(previous);
                    previous = session;
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void opensslIsGivenNothingToResume(SslProvider provider, @TempDir Path folder) throws Exception {
        assumeTrue(OtherTools.has("openssl"));
        int port = listen(new ClientTls(provider), authority.leaf("a.example"), null);
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            // openssl keeps what it is given while it reads, so it is made to read for a moment before its input ends
            Path session = folder.resolve(provider + version);

            OtherTools.run(
                    "sh",
                    "-c",
                    "(printf 'GET / HTTP/1.1\\r\\n\\r\\n'; sleep 0.3) | openssl s_client -connect 127.0.0.1:" + port
                            + " " + version + " -sess_out " + session);
            String again = OtherTools.run(
                    "sh",
                    "-c",
                    "openssl s_client -connect 127.0.0.1:" + port + " " + version
                            + (Files.exists(session) ? " -sess_in " + session : "") + " < /dev/null");

            assertThat(again).contains("New, TLSv1.").doesNotContain("Reused, ");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void curlAcceptsUs(SslProvider provider, @TempDir Path folder) throws Exception {
        assumeTrue(OtherTools.has("curl"));
        Path ca = folder.resolve("ca.pem");
        Files.writeString(ca, authority.asAuthority().pem());
        int port = listen(new ClientTls(provider), authority.leaf("a.example"), "http/1.1");

        assertThat(OtherTools.run(
                        "curl",
                        "-sS",
                        "--noproxy",
                        "*",
                        "--cacert",
                        ca.toString(),
                        "--resolve",
                        "a.example:" + port + ":127.0.0.1",
                        "https://a.example:" + port + "/"))
                .isEqualTo("ok");
        assertThat(OtherTools.run(
                        "curl",
                        "-sS",
                        "--noproxy",
                        "*",
                        "--resolve",
                        "a.example:" + port + ":127.0.0.1",
                        "https://a.example:" + port + "/"))
                .contains("certificate");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void aClientThatDoesNotTrustTheCaIsTold(SslProvider provider) throws Exception {
        int port = listen(new ClientTls(provider), authority.leaf("a.example"), null);
        SSLContext stranger = TestAuthority.create().clientContext();

        assertThatThrownBy(() -> connect(stranger, port, "a.example")).isInstanceOf(SSLException.class);

        await().until(() -> !peer.failures().isEmpty());
        TlsFailure failure = TlsFailure.of(peer.failures().remove());
        assertThat(failure.kind()).isEqualTo(TlsFailure.Kind.PEER_REFUSED_CERTIFICATE);
        assertThat(failure.message())
                .isEqualTo("it refused the certificate that it was shown (alert certificate_unknown)");
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void oldVersionsOfTlsAreRefused(SslProvider provider) throws Exception {
        assumeTrue(OtherTools.has("openssl"));
        int port = listen(new ClientTls(provider), authority.leaf("a.example"), null);

        String output = OtherTools.run(
                "openssl", "s_client", "-connect", "127.0.0.1:" + port, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0");

        assertThat(output.toLowerCase(Locale.ROOT)).contains("alert protocol version");
        await().until(() -> !peer.failures().isEmpty());
        assertThat(TlsFailure.of(peer.failures().remove()).kind()).isEqualTo(TlsFailure.Kind.UNSUPPORTED_VERSION);
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL"})
    void manyHostsLeaveNothingBehindButWhatIsBounded(SslProvider provider) throws Exception {
        var tls = new ClientTls(provider);
        var mint = new CertificateMint(authority.asAuthority());
        AtomicInteger next = new AtomicInteger();
        int port = peer.listen(allocator ->
                tls.handler(allocator, mint.leaf("host" + next.incrementAndGet() + ".example", Instant.now()), null));
        for (int i = 1; i <= 10; i++) {
            try (SSLSocket socket = connect(client, port, "host" + i + ".example")) {
                exchange(socket);
            }
        }

        peer.handlers().clear();
        await().pollInterval(Duration.ofMillis(100)).until(() -> {
            System.gc();
            return tls.keys().peers() < 10;
        });
    }
}
