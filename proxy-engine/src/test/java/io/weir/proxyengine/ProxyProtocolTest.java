package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Listeners behind load balancers: the client is who they say, and nobody else may say anything. */
class ProxyProtocolTest {
    private static TestProxy start(Transport transport, ListenerKind kind, String trusted) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return TestProxy.start(settings -> settings.transport(transport)
                .headTimeout(Duration.ofSeconds(1))
                .allowOpen(true)
                .privateDestinations(PrivateDestinations.ALLOW)
                .listeners(ListenerConfig.of(kind, address).behind(List.of(Network.parse(trusted)))));
    }

    private static byte[] bytes(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theRealClientIsRecordedWhereverTheHeaderIsCut(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTP, "127.0.0.0/8");
                ServerSocket server = Peer.listen(0)) {
            byte[] header = ProxyHeaderTest.v2(0x21, true, 20);
            byte[] head = TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII);
            byte[] said = bytes(header, head);
            int sessions = 0;
            for (int cut = 0; cut < said.length; cut += cut < header.length + 2 ? 1 : 17) {
                Peer client = TestTunnel.connect(proxy, 0);
                client.write(Arrays.copyOf(said, cut));
                client.write(Arrays.copyOfRange(said, cut, said.length));
                client.readExactly(TestTunnel.ANSWER.length());
                server.accept().close();
                client.close();
                sessions++;
            }
            for (TestLedger.Session session : proxy.ledger().awaitClosed(sessions)) {
                assertThat(session.opened.remote()).isEqualTo("192.0.2.7:4711");
                assertThat(session.counts().overheadUp()).isEqualTo(said.length);
                assertThat(session.counts().up()).isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void itComesBeforeSocksToo(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.MIXED, "127.0.0.1");
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            int port = server.getLocalPort();
            client.write(bytes(
                    ProxyHeaderTest.v1("PROXY TCP6 2001:db8::7 ::1 4711 80"),
                    new byte[] {5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port}));
            client.readExactly(12);
            server.accept().close();
            client.socket().close();
            assertThat(proxy.ledger().awaitOnlyClosed().opened.remote()).isEqualTo("[2001:db8::7]:4711");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anExchangeCountsTheHeaderAsOverhead(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTP, "127.0.0.1");
                Peer client = TestTunnel.connect(proxy, 0)) {
            byte[] header = ProxyHeaderTest.v1("PROXY TCP4 192.0.2.7 127.0.0.1 4711 80");
            byte[] request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            client.write(bytes(header, request));
            byte[] answer = client.socket().getInputStream().readAllBytes();
            client.socket().close();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts().up()).isEqualTo(request.length);
            assertThat(session.counts().overheadUp()).isEqualTo(header.length);
            assertThat(session.counts().down()).isEqualTo(answer.length);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoIsNotTrustedIsTurnedAwayUnheard(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTP, "10.0.0.0/8");
                Peer client = TestTunnel.connect(proxy, 0)) {
            assertThat(client.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            await().until(() -> !proxy.ledger().notices().isEmpty());
            assertThat(proxy.ledger().notices())
                    .singleElement()
                    .isInstanceOfSatisfying(ConnectionRefused.class, refused -> {
                        assertThat(refused.remote()).isEqualTo(client.address());
                        assertThat(refused.reason()).contains("load balancers");
                    });
            assertThat(proxy.ledger().sessions()).isEmpty();
            await().until(() -> proxy.engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTrustedOneThatSaysNoHeaderOrNotAllOfItIsLetGoAndItsBytesCount(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.HTTP, "127.0.0.1");
                Peer wrong = TestTunnel.connect(proxy, 0);
                Peer slow = TestTunnel.connect(proxy, 0);
                Peer gone = TestTunnel.connect(proxy, 0)) {
            wrong.write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
            slow.write("PROXY TCP4".getBytes(StandardCharsets.US_ASCII));
            gone.write("PROXY TCP4 1".getBytes(StandardCharsets.US_ASCII));
            gone.shutdownOutput();
            assertThat(wrong.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            assertThat(slow.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            assertThat(gone.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            List<TestLedger.Session> all = proxy.ledger().awaitClosed(3);
            assertThat(all)
                    .extracting(session -> session.closed.reason())
                    .containsExactlyInAnyOrder(
                            CloseReason.BAD_REQUEST, CloseReason.HEAD_TIMEOUT, CloseReason.CLIENT_ABORTED);
            assertThat(all).extracting(session -> session.counts().up()).containsExactlyInAnyOrder(16L, 10L, 12L);
        }
    }
}
