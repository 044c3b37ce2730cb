package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.Tally;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What happens between a CONNECT and its answer. */
class TunnelOpeningTest {
    static Stream<Arguments> earlySizes() {
        List<Arguments> all = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            for (int size : new int[] {1, 1460, 65_535, 65_536, 65_537, 256 * 1024, 1 << 20}) {
                all.add(arguments(transport, size));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("earlySizes")
    void bytesSentTogetherWithTheHeadArriveFirstAndOnce(Transport transport, int size) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                ServerSocket server = Peer.listen(0);
                var client = TestTunnel.connect(proxy, 0)) {
            byte[] head = TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII);
            var both = new ByteArrayOutputStream();
            both.write(head);
            both.write(Peer.patternBytes(size));
            CompletableFuture<Void> sending = Peer.async(() -> {
                client.write(both.toByteArray());
                client.shutdownOutput();
                return null;
            });
            try (Peer origin = new Peer(server.accept())) {
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
                assertThat(origin.read()).isEqualTo(size);
            }
            sending.get(30, TimeUnit.SECONDS);
            client.readExactly(TestTunnel.ANSWER.length());

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts())
                    .isEqualTo(new Tally(size, 0, head.length, TestTunnel.ANSWER.length(), size, 0));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void earlyBytesAreHeldBackInTheKernelWhileTheOriginIsPending(Transport transport) throws Exception {
        int size = 8 << 20;
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var hole = new BlackHole();
                var client = TestTunnel.connect(proxy, 0)) {
            String head = TestTunnel.head(hole.authority());
            client.write(head.getBytes(StandardCharsets.US_ASCII));
            CompletableFuture<Void> sending = Peer.async(() -> {
                client.socket().getOutputStream().write(Peer.patternBytes(size));
                client.shutdownOutput();
                return null;
            });
            TestTunnel.session(proxy, client);

            try (Peer origin = hole.accept()) {
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
                assertThat(origin.read()).isEqualTo(size);
            }
            sending.get(30, TimeUnit.SECONDS);
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.counts())
                    .isEqualTo(new Tally(size, 0, head.length(), TestTunnel.ANSWER.length(), size, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatHasEndedBeforeTheOriginAnswersStillGetsItsTunnel(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var hole = new BlackHole();
                var client = TestTunnel.connect(proxy, 0)) {
            client.write((TestTunnel.head(hole.authority()) + "question").getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            TestTunnel.session(proxy, client);
            try (Peer origin = hole.accept()) {
                assertThat(new String(origin.readExactly(8), StandardCharsets.US_ASCII))
                        .isEqualTo("question");
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
                origin.write("answer".getBytes(StandardCharsets.US_ASCII));
            }

            assertThat(new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(TestTunnel.ANSWER + "answer");
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatFollowsARefusedConnectIsNeverExecutedButCounted(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                ServerSocket target = Peer.listen(0);
                var client = TestTunnel.connect(proxy, 0)) {
            String inner = "GET http://" + Peer.authority(target) + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
            client.write((TestTunnel.head(Peer.authority(closedServer())) + inner).getBytes(StandardCharsets.US_ASCII));
            String answer = readAnswer(client);
            client.write(inner.getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            client.socket().getInputStream().readAllBytes();

            assertThat(answer).startsWith("HTTP/1.1 502 ");
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
            assertThat(session.closed.status()).isEqualTo(502);
            assertThat(session.counts().up() + session.counts().overheadUp()).isEqualTo(client.written());
            target.setSoTimeout(50);
            org.assertj.core.api.Assertions.assertThatThrownBy(target::accept)
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anOriginThatDoesNotAnswerCostsA504AtTheLimit(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).connectTimeout(Duration.ofMillis(700)));
                var hole = new BlackHole();
                var client = TestTunnel.connect(proxy, 0)) {
            long start = System.nanoTime();
            client.write(TestTunnel.head(hole.authority()).getBytes(StandardCharsets.US_ASCII));
            String answer = readAnswer(client);
            Duration took = Duration.ofNanos(System.nanoTime() - start);

            assertThat(answer).startsWith("HTTP/1.1 504 ").contains("connection_timeout");
            assertThat(took).isBetween(Duration.ofMillis(690), Duration.ofSeconds(5));
            client.socket().close();
            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CONNECT_TIMEOUT);
            assertThat(session.counts().overheadDown()).isEqualTo(answer.length());
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRefusedClientThatNeitherReadsNorEndsIsLetGoOfSoon(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var client = TestTunnel.connect(proxy, 0)) {
            client.write(TestTunnel.head(Peer.authority(closedServer())).getBytes(StandardCharsets.US_ASCII));

            await().atMost(Duration.ofSeconds(30)).until(() -> proxy.engine().connections() == 0);
            assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.CONNECT_FAILED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 403",
        "[::ffff:127.0.0.1], 403",
        "[::ffff:7f00:1], 403",
        "[::127.0.0.1], 403",
        "[64:ff9b::7f00:1], 403",
        "[2002:7f00:1::], 403",
        "0.0.0.0, 403",
        "[::], 403",
        "localhost, 403",
        "LOCALHOST, 403",
        "localhost., 403",
        "127.1, 400",
        "127.0.1, 400",
        "0x7f.1, 400",
        "0x7f.0.0.1, 400",
        "0x7f000001, 400",
        "2130706433, 400",
        "017700000001, 400",
        "0177.0.0.1, 400",
        "127.0.0.01, 400",
        "127.0.0.1., 400",
        "%31%32%37.0.0.1, 400",
        "127%2e0.0.1, 400",
        "user@127.0.0.1, 400",
        "[::1%lo], 400",
        "[::1%25lo], 400",
    })
    void itsOwnListenerIsNoDestinationHoweverItIsSpelt(String host, int status) throws Exception {
        try (var dns = DnsStub.start((name, type) -> DnsStub.Answer.nameError());
                var proxy = TestProxy.start(settings -> settings.nameServers(dns.addresses()));
                var client = TestTunnel.connect(proxy, 0)) {
            String authority = host + ":" + proxy.port();
            client.write(("CONNECT " + authority + " HTTP/1.1\r\nHost: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            String answer = readAnswer(client);

            assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
            if (status == 403) {
                await().until(() ->
                        proxy.ledger().notices().stream().anyMatch(notice -> notice instanceof ConnectionRefused));
                client.socket().close();
                assertThat(proxy.ledger().awaitOnlyClosed().closed.reason()).isEqualTo(CloseReason.DENIED);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1", "[::ffff:127.0.0.1]", "localhost"})
    void furtherAddressesOfTheNodeAreNoDestinationEither(String host) throws Exception {
        try (ServerSocket gateway = Peer.listen(0);
                var proxy = TestProxy.start(settings ->
                        settings.refusedDestinations(List.of((InetSocketAddress) gateway.getLocalSocketAddress())));
                var client = TestTunnel.connect(proxy, 0)) {
            client.write(TestTunnel.head(host + ":" + gateway.getLocalPort()).getBytes(StandardCharsets.US_ASCII));

            assertThat(readAnswer(client)).startsWith("HTTP/1.1 403 ");
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anAnyAddressListenerIsRecognisedUnderEveryAddressOfTheMachine(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                .listeners(List.of(new InetSocketAddress("0.0.0.0", 0)))
                .allowOpen(true))) {
            for (String host :
                    List.of("127.0.0.1", "127.0.0.2", InetAddress.getLocalHost().getHostAddress())) {
                try (var client = TestTunnel.connect(proxy, 0)) {
                    String authority = host + ":" + proxy.port();
                    client.write(TestTunnel.head(authority).getBytes(StandardCharsets.US_ASCII));
                    assertThat(readAnswer(client)).startsWith("HTTP/1.1 403 ");
                }
            }
        }
    }

    private static ServerSocket closedServer() throws Exception {
        ServerSocket server = Peer.listen(0);
        server.close();
        return server;
    }

    /** An answer with its body: the connection's output ends after it. */
    static String readAnswer(Peer client) throws Exception {
        return new String(client.socket().getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
}
