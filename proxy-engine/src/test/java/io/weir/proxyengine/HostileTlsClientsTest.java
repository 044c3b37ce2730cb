package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that do not accept us, that speak something else, or what nobody should: told so or passed on, and never left hanging. */
class HostileTlsClientsTest {
    private static final String GET = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    void aClientOfOldTlsGetsAnAlert() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.https(proxy.originContext())) {
            for (int minor = 1; minor <= 2; minor++) {
                try (Socket tunnel = proxy.tunnel(origin.port())) {
                    tunnel.getOutputStream().write(oldHello(minor));
                    byte[] answer = tunnel.getInputStream().readAllBytes();
                    assertThat(answer).startsWith(21, 3).endsWith(2, 70); // fatal, protocol_version
                }
            }

            assertThat(proxy.ledger().awaitClosed(2))
                    .hasSize(2)
                    .allSatisfy(
                            session -> assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_TLS_FAILED));
            assertThat(proxy.ledger().notices()).as("bypasses").isEmpty();
        }
    }

    @Test
    void aClientThatDoesNotTrustUsIsPassedOnTheNextTimeAndNoOtherIs() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.https(proxy.originContext())) {
            SSLContext pinned = proxy.origins().clientContext();

            assertThatThrownBy(() -> get(NeverWorseTest.tls(proxy.tunnel(origin.port()), pinned)))
                    .isInstanceOf(SSLException.class);
            proxy.ledger().awaitClosed(1);
            assertThat(get(NeverWorseTest.tls(proxy.tunnel(origin.port()), pinned)))
                    .endsWith("hello");
            try (SSLSocket other = proxy.open(tunnelFrom("127.0.0.2", proxy, origin.port()))) {
                assertThat(get(other)).endsWith("hello");
            }

            proxy.ledger().awaitExchanges(1);
            List<TestLedger.Session> roots = proxy.ledger().sessions().stream()
                    .filter(session -> session.opened.isRoot())
                    .toList();
            assertThat(roots.get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_TLS_FAILED);
            assertThat(roots.get(1).detected).isNull();
            assertThat(roots.get(2).detected).isEqualTo(SessionProtocol.HTTPS_MITM);
            InterceptionBypassed bypass = onlyBypass(proxy);
            assertThat(bypass.client()).isEqualTo("127.0.0.1");
            assertThat(bypass.host()).isEqualTo("localhost:" + origin.port());
        }
    }

    @Test
    void aPinnedCurlWorksTheSecondTime(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")));
        try (var proxy = InterceptingProxy.start()) {
            TestAuthority.Issued issued = proxy.origins().issue("localhost", "127.0.0.1");
            byte[] key = java.security.MessageDigest.getInstance("SHA-256")
                    .digest(issued.certificate().getPublicKey().getEncoded());
            Path ca = folder.resolve("ca.pem");
            Files.writeString(
                    ca,
                    pem(proxy.own().certificate().getEncoded())
                            + pem(proxy.origins().certificate().getEncoded()));
            try (var origin = ServedOrigin.https(issued.serverContext())) {
                String[] command = {
                    "curl",
                    "-s",
                    "-S",
                    "--max-time",
                    "10",
                    "--proxy",
                    "http://127.0.0.1:" + proxy.proxy().port(),
                    "--cacert",
                    ca.toString(),
                    "--pinnedpubkey",
                    "sha256//" + Base64.getEncoder().encodeToString(key),
                    "https://localhost:" + origin.port() + "/"
                };

                assertThat(run(command)).contains("pinned");
                proxy.ledger().awaitClosed(1);
                assertThat(run(command)).isEqualTo("hello");

                assertThat(onlyBypass(proxy).client()).isEqualTo("127.0.0.1");
            }
        }
    }

    @Test
    void halfAClientHelloIsPassedOnWhenItsTimeIsOver() throws Exception {
        try (var proxy = InterceptingProxy.start(
                        settings -> settings.headTimeout(Duration.ofMillis(500)), config -> config);
                var origin = ServedOrigin.start((socket, number) -> echo(socket))) {
            byte[] half = Arrays.copyOf(NeverWorseTest.hello(proxy), 100);
            try (Socket tunnel = proxy.tunnel(origin.port())) {
                tunnel.getOutputStream().write(half);
                assertThat(tunnel.getInputStream().readNBytes(half.length)).isEqualTo(half);
            }

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.detected).isNull();
            assertThat(session.counts().up()).isEqualTo(half.length);
            assertThat(session.counts().down()).isEqualTo(half.length);
        }
    }

    @Test
    void aClientHelloInPiecesOfOneByteIsRead() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.https(proxy.originContext());
                Socket tunnel = proxy.tunnel(origin.port())) {
            tunnel.setTcpNoDelay(true);
            for (byte each : NeverWorseTest.hello(proxy)) {
                tunnel.getOutputStream().write(each);
            }

            assertThat(tunnel.getInputStream().read())
                    .as("the handshake's answer")
                    .isEqualTo(22);
            proxy.ledger().awaitSession(session -> session.detected == SessionProtocol.HTTPS_MITM);
        }
    }

    @Test
    void whatOnlyBeginsLikeTlsIsPassedOn() throws Exception {
        byte[] tooLong = new byte[5 + (1 << 14) + 257];
        tooLong[0] = 22;
        tooLong[1] = 3;
        tooLong[2] = 1;
        tooLong[3] = 0x41;
        tooLong[4] = 1;
        byte[] huge = new byte[64 * 1024];
        for (int at = 0; at + 4101 <= huge.length; at += 4101) {
            System.arraycopy(
                    new byte[] {22, 3, 1, 0x10, 0, (byte) (at == 0 ? 1 : 0), 0, (byte) 255, 0}, 0, huge, at, 9);
        }
        byte[] garbage = Peer.patternBytes(3000);
        garbage[0] = 22;
        byte[] endless = new byte[6];
        endless[0] = 22;
        endless[1] = 3;
        endless[2] = 1;
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> echo(socket))) {
            List<byte[]> all =
                    List.of(tooLong, huge, garbage, endless, new byte[] {(byte) 128, 46, 1, 3, 1}, new byte[] {0});
            for (byte[] each : all) {
                try (Socket tunnel = proxy.tunnel(origin.port())) {
                    var sent = Peer.async(() -> {
                        tunnel.getOutputStream().write(each);
                        return null;
                    });
                    assertThat(tunnel.getInputStream().readNBytes(each.length)).isEqualTo(each);
                    sent.get(30, TimeUnit.SECONDS);
                }
            }

            assertThat(proxy.ledger().awaitClosed(all.size()))
                    .allSatisfy(session -> assertThat(session.detected).isNull());
        }
    }

    @Test
    void anOriginThatSpeaksFirstIsHeard() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.start((socket, number) -> {
                    new Wire(socket).send("220 mail.example\r\n");
                    echo(socket);
                });
                var client = new Wire(proxy.tunnel(origin.port()))) {
            assertThat(client.readTo("\r\n")).isEqualTo("220 mail.example\r\n");
            assertThat(client.send("EHLO x\r\n").readTo("\r\n")).isEqualTo("EHLO x\r\n");
        }
    }

    @Test
    void anOriginThatSpeaksFirstInsideTlsIsHeard() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var origin = ServedOrigin.start((socket, number) -> {
                try (SSLSocket tls = ServedOrigin.tls(socket, context)) {
                    new Wire(tls).send("220 mail.example\r\n");
                    echo(tls);
                }
            })) {
                try (var client = new Wire(proxy.open(proxy.tunnel(origin.port())))) {
                    assertThat(client.readTo("\r\n")).isEqualTo("220 mail.example\r\n");
                    assertThat(client.send("EHLO x\r\n").readTo("\r\n")).isEqualTo("EHLO x\r\n");
                }

                TestLedger.Session exchange = proxy.ledger().awaitExchanges(1).get(0);
                assertThat(exchange.counts().down()).isEqualTo("220 mail.example\r\nEHLO x\r\n".length());
                assertThat(exchange.counts().up()).isEqualTo("EHLO x\r\n".length());
            }
        }
    }

    @Test
    void fourBytesOfAClientThatThenWaitsReachTheOriginSoon() throws Exception {
        try (var proxy = InterceptingProxy.start()) {
            SSLContext context = proxy.originContext();
            try (var plain = ServedOrigin.start((socket, number) -> echo(socket));
                    var secret = ServedOrigin.start((socket, number) -> echo(ServedOrigin.tls(socket, context)))) {
                for (String said : List.of("ping", "PING")) {
                    try (var client = new Wire(proxy.tunnel(plain.port()))) {
                        assertEchoedSoon(client, said);
                    }
                    try (var client = new Wire(proxy.open(proxy.tunnel(secret.port())))) {
                        assertEchoedSoon(client, said);
                    }
                }
            }
        }
    }

    private static void assertEchoedSoon(Wire client, String said) throws IOException {
        long since = System.nanoTime();
        assertThat(client.send(said).read(said.length())).isEqualTo(said);
        assertThat(System.nanoTime() - since).as(said).isLessThan(2_000_000_000L); // 200 ms, and a machine that is busy
    }

    @Test
    void aClientThatSaysNothingKeepsItsTunnel() throws Exception {
        try (var proxy = InterceptingProxy.start(
                        settings -> settings.headTimeout(Duration.ofMillis(200)), config -> config);
                var origin = ServedOrigin.start((socket, number) -> echo(socket));
                var client = new Wire(proxy.tunnel(origin.port()))) {
            client.socket().setSoTimeout(400);
            assertThat(client.isSilent()).isTrue();
            client.socket().setSoTimeout(30_000);
            assertThat(client.send("GET / HTTP/1.1\r\n").readTo("\n")).isEqualTo("GET / HTTP/1.1\r\n");
        }
    }

    @Test
    void aClientThatLeavesInTheHandshakeOrBeforeLeavesNothingOpen() throws Exception {
        try (var proxy = InterceptingProxy.start();
                var origin = ServedOrigin.https(proxy.originContext())) {
            byte[] hello = NeverWorseTest.hello(proxy);
            for (int bytes : new int[] {0, 1, 6, hello.length - 1, hello.length}) {
                for (boolean reset : new boolean[] {true, false}) {
                    Socket tunnel = proxy.tunnel(origin.port());
                    tunnel.getOutputStream().write(hello, 0, bytes);
                    if (reset) {
                        tunnel.setSoLinger(true, 0);
                    }
                    tunnel.close();
                }
            }

            assertThat(proxy.ledger().awaitClosed(10)).hasSize(10);
        }
    }

    private static void echo(Socket socket) throws IOException {
        byte[] buffer = new byte[8192];
        for (int n; (n = socket.getInputStream().read(buffer)) >= 0; ) {
            socket.getOutputStream().write(buffer, 0, n);
        }
    }

    private static InterceptionBypassed onlyBypass(InterceptingProxy proxy) {
        await().until(() -> proxy.ledger().notices().stream().anyMatch(InterceptionBypassed.class::isInstance));
        List<InterceptionBypassed> all = proxy.ledger().notices().stream()
                .filter(InterceptionBypassed.class::isInstance)
                .map(InterceptionBypassed.class::cast)
                .toList();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static Socket tunnelFrom(String address, InterceptingProxy proxy, int port) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(address), 0));
        socket.connect(proxy.proxy().address());
        new Wire(socket).send(TestTunnel.head("localhost:" + port)).readHead();
        return socket;
    }

    private static String get(SSLSocket client) throws IOException {
        try (var wire = new Wire(client)) {
            return wire.send(GET).readMessage();
        }
    }

    /** Of TLS 1.0 or 1.1, with three suites and no extensions. */
    private static byte[] oldHello(int minor) {
        byte[] hello = new byte[5 + 4 + 2 + 32 + 1 + 2 + 6 + 2];
        byte[] head = {22, 3, 1, 0, (byte) (hello.length - 5), 1, 0, 0, (byte) (hello.length - 9), 3, (byte) minor};
        System.arraycopy(head, 0, hello, 0, head.length);
        byte[] tail = {0, 0, 6, (byte) 0xc0, 0x09, (byte) 0xc0, 0x13, 0, 0x2f, 1, 0};
        System.arraycopy(tail, 0, hello, hello.length - tail.length, tail.length);
        return hello;
    }

    private static String pem(byte[] der) {
        return "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor(10, TimeUnit.SECONDS);
        return output.strip();
    }
}
