package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Proxying inside TLS: what arrives, and that what crosses the socket is what is counted. */
@Tag("jdk")
class HttpsListenerTest {
    @TempDir
    static Path folder;

    private static final TestAuthority ca = TestAuthority.create();

    private static ListenerTls files;

    @BeforeAll
    static void writeFiles() throws IOException {
        files = write("listener", ca.issue("localhost"), null, false);
    }

    private static ListenerTls write(String name, TestAuthority.Issued issued, @Nullable Path clientCa, boolean must)
            throws IOException {
        Path certificate = folder.resolve(name + ".pem");
        Path key = folder.resolve(name + ".key");
        try {
            Files.writeString(
                    certificate, pem("CERTIFICATE", issued.certificate().getEncoded()));
        } catch (java.security.cert.CertificateEncodingException e) {
            throw new IOException(e);
        }
        Files.writeString(key, pem("PRIVATE KEY", issued.key().getEncoded()));
        return new ListenerTls(certificate, key, clientCa, must);
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label
                + "-----\n";
    }

    private static TestProxy start(Transport transport, ListenerKind kind, ListenerTls tls) {
        return start(transport, kind, tls, BandwidthLimits.NONE);
    }

    private static TestProxy start(Transport transport, ListenerKind kind, ListenerTls tls, BandwidthLimits bandwidth) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return TestProxy.start(settings -> settings.transport(transport)
                .headTimeout(Duration.ofSeconds(2))
                .bandwidth(bandwidth)
                .listeners(new ListenerConfig("secure", kind, address, List.of(), tls)));
    }

    /** A client's TLS over a socket that counts. */
    private record Client(CountedSocket raw, SSLSocket tls) implements AutoCloseable {
        static Client connect(TestProxy proxy, SSLContext context) throws IOException {
            CountedSocket raw = CountedSocket.to(proxy.address());
            SSLSocket tls = (SSLSocket) context.getSocketFactory().createSocket(raw, "localhost", proxy.port(), true);
            return new Client(raw, tls);
        }

        void write(String text) throws IOException {
            tls.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        String read(int count) throws IOException {
            return new String(tls.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
        }

        @Override
        public void close() throws IOException {
            tls.close();
        }
    }

    private static void addsUp(TestProxy proxy, Client client) {
        Tally sum = proxy.ledger().rootTotals();
        assertThat(sum.up() + sum.overheadUp()).isEqualTo(client.raw.written());
        assertThat(sum.down() + sum.overheadDown()).isEqualTo(client.raw.read());
    }

    /** Where there is {@code ss}. */
    private static void agreesWithTheKernel(TestProxy proxy, Client client) throws IOException {
        String filter = "( sport = :" + proxy.port() + " and dport = :" + client.raw.getLocalPort() + " )";
        Tally sum = proxy.ledger().rootTotals();
        assertThat(KernelCountsTest.figure(filter, "bytes_received")).isEqualTo(sum.up() + sum.overheadUp());
        assertThat(KernelCountsTest.figure(filter, "bytes_acked")).isEqualTo(sum.down() + sum.overheadDown());
    }

    private static TestLedger.Session sessionOf(List<TestLedger.Session> all, String method) {
        return all.stream()
                .filter(session -> session.opened.method().equals(method))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelInsideCountsItsOwnBytesAndTheConnectionTheRest(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTPS, files);
                ServerSocket server = Peer.listen(0)) {
            String head = TestTunnel.head(Peer.authority(server));
            Client client = Client.connect(proxy, ca.clientContext());
            client.write(head);
            assertThat(client.read(TestTunnel.ANSWER.length())).isEqualTo(TestTunnel.ANSWER);
            var origin = new Peer(server.accept());
            origin.writePattern(300_000);
            byte[] download = client.tls.getInputStream().readNBytes(300_000);
            assertThat(download).isEqualTo(Peer.patternBytes(300_000));
            client.tls.getOutputStream().write(Peer.patternBytes(200_000));
            origin.readPattern(200_000);
            await().untilAsserted(() -> agreesWithTheKernel(proxy, client));
            origin.shutdownOutput();
            assertThat(client.tls.getInputStream().read()).isEqualTo(-1);
            client.close();
            client.raw.drain();
            origin.close();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(2);
            TestLedger.Session tunnel = sessionOf(all, "TUNNEL");
            assertThat(tunnel.counts())
                    .isEqualTo(
                            new Tally(200_000, 300_000, head.length(), TestTunnel.ANSWER.length(), 200_000, 300_000));
            assertThat(tunnel.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            TestLedger.Session connection = sessionOf(all, "TLS");
            assertThat(connection.counts().up() + connection.counts().down()).isZero();
            assertThat(connection.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            addsUp(proxy, client);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelInsideIsLimited(Transport transport) throws Exception {
        long rate = 4 << 20;
        int bytes = 2 << 20;
        try (var proxy = start(transport, ListenerKind.HTTPS, files, new BandwidthLimits(0, 0, rate));
                ServerSocket server = Peer.listen(0);
                Client client = Client.connect(proxy, ca.clientContext())) {
            client.write(TestTunnel.head(Peer.authority(server)));
            assertThat(client.read(TestTunnel.ANSWER.length())).isEqualTo(TestTunnel.ANSWER);
            var origin = new Peer(server.accept());
            var pace = new Pacer();
            Peer.async(() -> {
                origin.writePattern(bytes);
                return null;
            });
            Peer.async(() -> {
                client.tls.getOutputStream().write(Peer.patternBytes(bytes));
                return null;
            });
            assertThat(client.tls.getInputStream().readNBytes(bytes)).isEqualTo(Peer.patternBytes(bytes));
            pace.assertNotFaster(bytes, rate, 0);
            origin.readPattern(bytes);
            pace.assertNotFaster(bytes, rate, 256 << 10); // a read of the socket may hold some records
            origin.close();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void exchangesInsidePersistAndAreCountedEach(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.MIXED, files);
                ServerSocket server = Peer.listen(0)) {
            Client client = Client.connect(proxy, ca.clientContext());
            String request = "GET http://" + Peer.authority(server) + "/ HTTP/1.1\r\nHost: " + Peer.authority(server)
                    + "\r\n\r\n";
            var origin = Peer.async(() -> {
                try (var peer = new Peer(server.accept())) {
                    for (int i = 0; i < 2; i++) {
                        var head = new StringBuilder();
                        while (head.indexOf("\r\n\r\n") < 0) {
                            head.append(new String(peer.readExactly(1), StandardCharsets.US_ASCII));
                        }
                        peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
                                .getBytes(StandardCharsets.US_ASCII));
                    }
                }
                return null;
            });
            for (int i = 0; i < 2; i++) {
                client.write(request);
                var answer = new StringBuilder();
                while (answer.indexOf("hello") < 0) {
                    answer.append(client.read(1));
                }
            }
            origin.get();
            client.close();
            client.raw.drain();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(3);
            assertThat(all.stream().filter(session -> session.opened.method().equals("GET")))
                    .hasSize(2)
                    .allSatisfy(session -> assertThat(session.counts().up()).isEqualTo(request.length()));
            addsUp(proxy, client);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRefusalInsideArrivesAndEverythingIsCounted(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTPS, files)) {
            Client client = Client.connect(proxy, ca.clientContext());
            client.write(TestTunnel.head("127.0.0.1:" + proxy.port()));
            assertThat(client.read(12)).isEqualTo("HTTP/1.1 403");
            client.tls.getInputStream().readAllBytes();
            client.close();
            client.raw.drain();
            proxy.ledger().awaitClosed(2);
            addsUp(proxy, client);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHandshakeThatFailsOrNeverEndsIsCountedAndHasADeadline(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTPS, files);
                Peer garbage = TestTunnel.connect(proxy, 0);
                Peer plain = TestTunnel.connect(proxy, 0);
                Peer silent = TestTunnel.connect(proxy, 0)) {
            silent.write(new byte[] {0x16, 3, 1, 2, 0, 1});
            garbage.write(new byte[] {0x16, 3, 1, 0, 5, 9, 9, 9, 9, 9, 1, 2, 3});
            plain.write("GET http://x/ HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            int answered = garbage.socket().getInputStream().readAllBytes().length;
            plain.readToEnd();
            silent.readToEnd();
            List<TestLedger.Session> all = proxy.ledger().awaitClosed(3);
            assertThat(all)
                    .extracting(session -> session.closed.reason())
                    .containsExactlyInAnyOrder(
                            CloseReason.CLIENT_TLS_FAILED, CloseReason.HEAD_TIMEOUT, CloseReason.BAD_REQUEST);
            Tally sum = proxy.ledger().rootTotals();
            assertThat(sum.up() + sum.overheadUp()).isEqualTo(6 + 13 + 26);
            assertThat(sum.down() + sum.overheadDown()).isEqualTo(answered);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResetAtAnyStageEndsWhatIsInsideToo(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTPS, files);
                ServerSocket server = Peer.listen(0)) {
            Client afterHandshake = Client.connect(proxy, ca.clientContext());
            afterHandshake.tls.startHandshake();
            Client inHead = Client.connect(proxy, ca.clientContext());
            inHead.write("CONNECT 127.0.");
            Client inTunnel = Client.connect(proxy, ca.clientContext());
            inTunnel.write(TestTunnel.head(Peer.authority(server)));
            inTunnel.read(TestTunnel.ANSWER.length());
            try (var origin = new Peer(server.accept())) {
                origin.writePattern(100_000);
                inTunnel.read(10_000);
                for (Client client : List.of(afterHandshake, inHead, inTunnel)) {
                    client.raw.setSoLinger(true, 0);
                    client.raw.close();
                }
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.RESET);
            }
            await().until(() -> proxy.engine().connections() == 0);
            List<TestLedger.Session> all = proxy.ledger().awaitClosed(4);
            assertThat(sessionOf(all, "TUNNEL").closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
            assertThat(all.stream().filter(session -> session.opened.method().equals("TLS")))
                    .hasSize(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsOpenInsideEndsWhenTheNodeStops(Transport transport) throws Exception {
        TestLedger ledger;
        try (var proxy = start(transport, ListenerKind.HTTPS, files);
                ServerSocket server = Peer.listen(0)) {
            ledger = proxy.ledger();
            Client client = Client.connect(proxy, ca.clientContext());
            client.write(TestTunnel.head(Peer.authority(server)));
            client.read(TestTunnel.ANSWER.length());
            server.accept().close();
            Client idle = Client.connect(proxy, ca.clientContext());
            idle.tls.startHandshake();
            Client silent = Client.connect(proxy, ca.clientContext());
            silent.raw.getOutputStream().write(0x16);
            await().until(() -> proxy.engine().connections() == 3);
        }
        assertThat(ledger.sessions()).allMatch(TestLedger.Session::isClosed);
    }

    @Test
    void aClientMustShowACertificateWhereThatIsSaid() throws Exception {
        Path clientCa = folder.resolve("clients.pem");
        Files.writeString(clientCa, pem("CERTIFICATE", ca.certificate().getEncoded()));
        ListenerTls must = write("must", ca.issue("localhost"), clientCa, true);
        try (var proxy = start(Transport.best(), ListenerKind.HTTPS, must)) {
            Client nobody = Client.connect(proxy, ca.clientContext());
            boolean refused;
            try {
                nobody.write("GET / HTTP/1.1\r\n\r\n");
                refused = nobody.tls.getInputStream().read() < 0;
            } catch (IOException alert) {
                refused = true;
            }
            assertThat(refused).isTrue();
            nobody.close();
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.CLIENT_TLS_FAILED);
        }
    }

    @Test
    void aRenewedCertificateIsForTheNextClient() throws Exception {
        ListenerTls changing = write("changing", ca.issue("localhost"), null, false);
        try (var proxy = start(Transport.best(), ListenerKind.HTTPS, changing)) {
            Client before = Client.connect(proxy, ca.clientContext());
            before.tls.startHandshake();
            TestAuthority.Issued renewed = ca.issue("localhost", "renewed.test");
            write("changing", renewed, null, false);
            await().until(() -> {
                try (Client after = Client.connect(proxy, ca.clientContext())) {
                    after.tls.startHandshake();
                    return after.tls.getSession().getPeerCertificates()[0].equals(renewed.certificate());
                }
            });
            before.close();
        }
    }
}
