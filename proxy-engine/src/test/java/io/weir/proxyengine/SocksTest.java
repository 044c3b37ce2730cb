package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Tunnels that are asked for with SOCKS: what the client is answered, what arrives, and what is counted. */
@Tag("jdk")
class SocksTest {
    private static final byte[] GREETING = {5, 1, 0};
    private static final byte[] METHOD = {5, 0};
    private static final byte[] STANDS = {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};

    private static TestProxy start(Transport transport) {
        return start(transport, ListenerKind.SOCKS5);
    }

    private static TestProxy start(Transport transport, ListenerKind kind) {
        return TestProxy.start(settings -> settings.transport(transport).listeners(listener(kind)));
    }

    private static ListenerConfig listener(ListenerKind kind) {
        return ListenerConfig.of(kind, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    private static byte[] request(int port) {
        return request(1, new byte[] {127, 0, 0, 1}, port);
    }

    private static byte[] request(int type, byte[] host, int port) {
        return bytes(new byte[] {5, 1, 0, (byte) type}, host, new byte[] {(byte) (port >> 8), (byte) port});
    }

    private static byte[] named(String name, int port) {
        byte[] host = name.getBytes(StandardCharsets.ISO_8859_1);
        return request(3, bytes(new byte[] {(byte) host.length}, host), port);
    }

    private static byte[] bytes(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Greets, and is answered that nothing more need be shown. */
    private static Peer greet(TestProxy proxy) throws IOException {
        Peer client = TestTunnel.connect(proxy, 0);
        client.write(GREETING);
        assertThat(client.readExactly(2)).isEqualTo(METHOD);
        return client;
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelCarriesBothWaysAndCountsItsHandshakeAsOverhead(Transport transport) throws Exception {
        try (var proxy = start(transport);
                ServerSocket server = Peer.listen(0);
                Peer client = greet(proxy)) {
            client.write(request(server.getLocalPort()));
            assertThat(client.readExactly(10)).isEqualTo(STANDS);
            try (var origin = new Peer(server.accept())) {
                client.write("ping".getBytes(StandardCharsets.US_ASCII));
                assertThat(origin.readExactly(4)).isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                origin.write(new byte[100_000]);
                origin.shutdownOutput();
                client.readExactly(100_000);
            }

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts()).isEqualTo(new Tally(4, 100_000, 13, 12, 4, 100_000));
            assertThat(session.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
            assertThat(session.opened.method()).isEqualTo("TUNNEL");
            assertThat(session.opened.url()).isEqualTo("socks5://127.0.0.1:" + server.getLocalPort());
            assertThat(session.opened.parentId()).isEqualTo(session.opened.sessionId());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHandshakeMayComeInAnyPieces(Transport transport) throws Exception {
        try (var proxy = start(transport);
                ServerSocket server = Peer.listen(0)) {
            byte[] said = bytes(GREETING, request(server.getLocalPort()), "early".getBytes(StandardCharsets.US_ASCII));
            int sessions = 0;
            for (int cut = 0; cut <= said.length; cut++) {
                Peer client = TestTunnel.connect(proxy, 0);
                client.write(Arrays.copyOf(said, cut));
                if (cut >= 3) {
                    assertThat(client.readExactly(2)).isEqualTo(METHOD);
                }
                client.write(Arrays.copyOfRange(said, cut, said.length));
                var origin = new Peer(server.accept());
                assertThat(client.readExactly(cut >= 3 ? 10 : 12)).endsWith(STANDS);
                assertThat(origin.readExactly(5)).isEqualTo("early".getBytes(StandardCharsets.US_ASCII));
                origin.close();
                client.close();
                sessions++;
            }
            for (TestLedger.Session session : proxy.ledger().awaitClosed(sessions)) {
                assertThat(session.counts()).isEqualTo(new Tally(5, 0, 13, 12, 5, 0));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHandshakeMayComeByteForByte(Transport transport) throws Exception {
        try (var proxy = start(transport);
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            for (byte each : bytes(GREETING, named("127.0.0.1", server.getLocalPort()))) {
                client.write(new byte[] {each});
            }
            assertThat(client.readExactly(12)).isEqualTo(bytes(METHOD, STANDS));
            server.accept().close();
            client.socket().close();
            assertThat(proxy.ledger().awaitOnlyClosed().counts().overheadUp()).isEqualTo(3 + 7 + 9);
        }
    }

    @ParameterizedTest
    @CsvSource({"SPLICE, false", "SPLICE, true", "NIO, false", "NIO, true"})
    void socks4AsksByAddressOrByName(Transport transport, boolean named) throws Exception {
        try (var proxy = start(transport);
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            int port = server.getLocalPort();
            byte[] head = {4, 1, (byte) (port >> 8), (byte) port};
            byte[] host = named ? new byte[] {0, 0, 0, 7} : new byte[] {127, 0, 0, 1};
            byte[] name = "127.0.0.1\0".getBytes(StandardCharsets.US_ASCII);
            byte[] said = bytes(head, host, new byte[] {'m', 'e', 0}, named ? name : new byte[0]);
            client.write(said);

            assertThat(client.readExactly(8)).isEqualTo(new byte[] {0, 0x5a, 0, 0, 0, 0, 0, 0});
            server.accept().close();
            client.socket().close();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts().overheadUp()).isEqualTo(said.length);
            assertThat(session.counts().overheadDown()).isEqualTo(8);
            assertThat(session.opened.url()).isEqualTo("socks4://127.0.0.1:" + port);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void failuresHaveTheirReplies(Transport transport) throws Exception {
        int closed;
        try (ServerSocket gone = Peer.listen(0)) {
            closed = gone.getLocalPort();
        }
        try (var proxy = start(transport)) {
            byte[] bind = request(80);
            bind[1] = 2;
            byte[] associate = request(80);
            associate[1] = 3;
            assertThat(reply(proxy, request(closed))).isEqualTo(5);
            assertThat(reply(proxy, request(proxy.port()))).isEqualTo(2);
            assertThat(reply(proxy, request(1, new byte[] {(byte) 169, (byte) 254, 1, 1}, 80)))
                    .isEqualTo(2);
            assertThat(reply(proxy, bind)).isEqualTo(7);
            assertThat(reply(proxy, associate)).isEqualTo(7);
            assertThat(reply(proxy, request(9, new byte[4], 80))).isEqualTo(8);
            assertThat(reply(proxy, named("a\0b", 80))).isEqualTo(1);
            assertThat(reply(proxy, named("", 80))).isEqualTo(1);
            assertThat(reply(proxy, named("x".repeat(255), 80))).isEqualTo(1);
            assertThat(reply(proxy, request(0))).isEqualTo(1);
            assertThat(reply(proxy, named("user@127.0.0.1", 80))).isEqualTo(1);
            assertThat(proxy.ledger().awaitClosed(11).stream().map(session -> session.closed.reason()))
                    .containsExactlyInAnyOrder(
                            CloseReason.CONNECT_FAILED,
                            CloseReason.DENIED,
                            CloseReason.DENIED,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST,
                            CloseReason.BAD_REQUEST);
        }
    }

    /** The reply's code, after which the connection ends; all that was said and answered is the session's overhead. */
    private static int reply(TestProxy proxy, byte[] request) throws IOException {
        try (Peer client = greet(proxy)) {
            client.write(request);
            byte[] reply = client.readExactly(10);
            assertThat(client.readToEnd()).isEqualTo(Peer.End.FIN);
            client.socket().close();
            TestLedger.Session session = proxy.ledger()
                    .awaitSession(one -> one.isClosed() && one.opened.remote().equals(client.address()));
            assertThat(session.counts()).isEqualTo(new Tally(0, 0, 3 + request.length, 12, 0, 0));
            return reply[1];
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aNameIsResolvedAndWhatIsNoNameInTheWorldHasItsReply(Transport transport) throws Exception {
        try (var proxy = start(transport);
                ServerSocket server = Peer.listen(0);
                Peer client = greet(proxy)) {
            client.write(named("localhost", server.getLocalPort()));
            assertThat(client.readExactly(10)).isEqualTo(STANDS);
            server.accept().close();
            assertThat(client.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatOffersNoWayOrSpeaksSomethingElseIsTurnedAway(Transport transport) throws Exception {
        try (var proxy = start(transport)) {
            byte[] all = new byte[257];
            all[0] = 5;
            all[1] = (byte) 255;
            Arrays.fill(all, 2, 257, (byte) 9);
            assertThat(last(proxy, new byte[] {5, 0})).isEqualTo(new byte[] {5, (byte) 255});
            assertThat(last(proxy, new byte[] {5, 1, 2})).isEqualTo(new byte[] {5, (byte) 255});
            assertThat(last(proxy, all)).isEqualTo(new byte[] {5, (byte) 255});
            assertThat(last(proxy, "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
                    .isEmpty();
            assertThat(last(proxy, bytes(GREETING, new byte[] {4, 1, 0}))).isEqualTo(METHOD);
            assertThat(last(proxy, bytes(new byte[] {4, 1, 0, 80, 127, 0, 0, 1}, endless())))
                    .isEmpty();
            assertThat(last(proxy, bytes(new byte[] {4, 1, 0, 80, 0, 0, 0, 1, 0}, endless())))
                    .isEmpty();
        }
    }

    private static byte[] endless() {
        byte[] text = new byte[3000];
        Arrays.fill(text, (byte) 'x');
        return text;
    }

    /** All that the proxy says until it ends the connection. Every byte of it is in the ledger. */
    private static byte[] last(TestProxy proxy, byte[] said) throws IOException {
        try (Peer client = TestTunnel.connect(proxy, 0)) {
            client.write(said);
            client.shutdownOutput();
            byte[] answer = client.socket().getInputStream().readAllBytes();
            TestLedger.Session session = proxy.ledger()
                    .awaitSession(one -> one.isClosed() && one.opened.remote().equals(client.address()));
            Tally counts = session.counts();
            assertThat(counts.up() + counts.overheadUp()).isEqualTo(said.length);
            assertThat(counts.down() + counts.overheadDown()).isEqualTo(answer.length);
            assertThat(session.closed.reason())
                    .isIn(CloseReason.BAD_REQUEST, CloseReason.DENIED, CloseReason.CLIENT_ABORTED);
            return answer;
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHandshakeHasAnAbsoluteDeadline(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .headTimeout(Duration.ofMillis(700))
                        .listeners(listener(ListenerKind.SOCKS5)));
                Peer client = greet(proxy)) {
            client.write(new byte[] {5});
            assertThat(client.readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.HEAD_TIMEOUT);
            assertThat(proxy.ledger().awaitOnlyClosed().counts()).isEqualTo(new Tally(0, 0, 4, 2, 0, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResetAtAnyStageEndsTheSessionWithAllThatWasRead(Transport transport) throws Exception {
        try (var proxy = start(transport)) {
            byte[] request = request(80);
            for (int bytes = 1; bytes < request.length; bytes++) {
                Peer client = greet(proxy);
                client.write(Arrays.copyOf(request, bytes));
                client.reset();
            }
            for (TestLedger.Session session : proxy.ledger().awaitClosed(request.length - 1)) {
                assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
                assertThat(session.counts().overheadUp()).isBetween(3L, 3L + request.length); // a reset overtakes data
                assertThat(session.counts().overheadDown()).isEqualTo(2);
            }
            await().until(() -> proxy.engine().connections() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void oneListenerTakesHttpAndSocks(Transport transport) throws Exception {
        try (var proxy = start(transport, ListenerKind.MIXED);
                ServerSocket server = Peer.listen(0);
                Peer socks = greet(proxy);
                Peer http = TestTunnel.connect(proxy, 0)) {
            socks.write(request(server.getLocalPort()));
            assertThat(socks.readExactly(10)).isEqualTo(STANDS);
            server.accept().close();
            String head = TestTunnel.head(Peer.authority(server));
            for (byte each : head.getBytes(StandardCharsets.US_ASCII)) {
                http.write(new byte[] {each});
            }
            http.readExactly(TestTunnel.ANSWER.length());
            server.accept().close();
            socks.socket().close();
            http.socket().close();
            List<String> urls = new ArrayList<>();
            proxy.ledger().awaitClosed(2).forEach(session -> urls.add(session.opened.url()));
            assertThat(urls)
                    .containsExactlyInAnyOrder(
                            "socks5://" + Peer.authority(server), "http://" + Peer.authority(server));
        }
    }

    @Test
    void javaSpeaksIt() throws Exception {
        try (var proxy = start(Transport.best());
                ServerSocket server = Peer.listen(0);
                var socket = new Socket(new Proxy(Proxy.Type.SOCKS, proxy.address()))) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            try (var origin = new Peer(server.accept())) {
                origin.write(new byte[] {42});
                assertThat(socket.getInputStream().read()).isEqualTo(42);
            }
        }
    }
}
