package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.OverloadStep;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.FramePeer.StreamEnded;
import io.weir.proxyengine.SecureListener.Multiplexed;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tunnels in streams of HTTP/2 to the proxy: what arrives, how they end, and that what crosses the socket is what is counted. */
@Tag("jdk")
class Http2ListenerTest {
    private static final long CONNECT_ERROR = 10;
    private static final int RESET_BYTES = 13;

    @TempDir
    Path folder;

    private SecureListener listener;

    @BeforeEach
    void prepare() {
        listener = new SecureListener(folder);
    }

    private static TestLedger.Session sessionOf(List<TestLedger.Session> all, String method) {
        return all.stream()
                .filter(session -> session.opened.method().equals(method))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aStreamThatIsRefusedBecauseSomethingIsShortIsCountedAndRecorded() throws Exception {
        try (var proxy = listener.start(settings -> settings.intercept(null));
                var overload = new ForcedOverload(proxy);
                Multiplexed client = listener.connectHttp2(proxy)) {
            overload.force(OverloadStep.REFUSING);
            int[] ids = {client.connect("a.example:443"), client.request("GET", "B.example", "/", true)};
            for (int id : ids) {
                assertThat(catchThrowableOfType(
                                        StreamEnded.class, () -> client.peer().head(id))
                                .code)
                        .as("REFUSED_STREAM for stream " + id)
                        .isEqualTo(7);
            }

            await().until(() -> proxy.engine().refusedForOverload() == 2);
            client.leave();
            proxy.ledger().awaitClosed(1);
            client.addsUp(proxy);
            long connection = proxy.ledger().awaitOnlyClosed().opened.sessionId();
            assertThat(proxy.ledger().notices())
                    .filteredOn(ConnectionRefused.class::isInstance)
                    .extracting(notice -> (ConnectionRefused) notice)
                    .allMatch(each ->
                            each.sessionId() == connection && each.reason().equals("overloaded: test 92 %"))
                    .extracting(ConnectionRefused::target)
                    .containsExactly("a.example:443", "b.example:80");
        }
    }

    /** An address where nobody listens. */
    private static String nobody() throws IOException {
        try (ServerSocket closed = Peer.listen(0)) {
            return Peer.authority(closed);
        }
    }

    private static byte[] pattern(int count) {
        return Peer.patternBytes(count);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelCountsItsContentAndItsFramesAndTheConnectionTheRest(Transport transport) throws Exception {
        try (var proxy = listener.start(settings -> settings.transport(transport));
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            Future<Void> up = Peer.async(() -> {
                client.peer().data(id, pattern(200_000), false);
                client.peer().padded(id, "padded".getBytes(StandardCharsets.US_ASCII), 100, true);
                return null;
            });
            origin.writePattern(300_000);
            origin.shutdownOutput();
            origin.readPattern(200_000);
            assertThat(origin.readExactly(6))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("padded");
            assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
            up.get();
            byte[] got = client.peer()
                    .rest(id, List.of(), EmptyHttp2Headers.INSTANCE, false)
                    .body();
            assertThat(got).isEqualTo(pattern(300_000));
            client.leave();
            origin.close();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(2);
            TestLedger.Session tunnel = sessionOf(all, "TUNNEL");
            assertThat(tunnel.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(tunnel.opened.protocol()).isEqualTo(SessionProtocol.HTTPS_TUNNEL);
            Tally counts = tunnel.counts();
            assertThat(counts.up()).isEqualTo(200_006).isEqualTo(counts.originUp());
            assertThat(counts.down()).isEqualTo(300_000).isEqualTo(counts.originDown());
            assertThat(counts.overheadUp()).isGreaterThanOrEqualTo(client.peer().sent(id) - 200_006);
            assertThat(counts.overheadDown())
                    .isGreaterThanOrEqualTo(client.peer().received(id) - 300_000);
            TestLedger.Session connection = sessionOf(all, "TLS");
            assertThat(connection.counts().up() + connection.counts().down()).isZero();
            assertThat(connection.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            client.addsUp(proxy);
        }
    }

    @Test
    void eitherSideMayEndFirstWhileTheOtherGoesOn() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int first = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            client.peer().data(first, "", true);
            assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
            origin.writePattern(100);
            assertThat(client.peer().piece(first)).hasSize(100);
            origin.close();
            client.peer().drain(first);

            int second = client.tunnel(Peer.authority(server));
            var other = new Peer(server.accept());
            other.shutdownOutput();
            client.peer().drain(second);
            client.peer().data(second, "still", false);
            assertThat(other.readExactly(5)).asString(StandardCharsets.US_ASCII).isEqualTo("still");
            client.peer().data(second, "", true);
            assertThat(other.readToEnd()).isEqualTo(Peer.End.FIN);
            other.close();
            client.leave();
            assertThat(proxy.ledger().awaitClosed(3))
                    .allMatch(session -> session.closed.reason() == CloseReason.COMPLETED);
            client.addsUp(proxy);
        }
    }

    @Test
    void aLastWordThatComesInOneBreathWithTheGoodbyeArrives() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            origin.shutdownOutput();
            client.peer().drain(id);
            client.client().raw().hold();
            client.peer().data(id, "last words", true);
            client.client().tls().shutdownOutput();
            client.client().raw().send();
            assertThat(origin.readExactly(10))
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("last words");
            assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
            await().until(client.peer()::isEnded);
            client.client().tls().close();
            assertThat(proxy.ledger().awaitClosed(2))
                    .allMatch(session -> session.closed.reason() == CloseReason.COMPLETED);
            client.addsUp(proxy);
        }
    }

    @Test
    void whatASlowOriginHasNotTakenWhenTheClientLeavesStillArrives() throws Exception {
        int bytes = 4 << 20;
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            origin.shutdownOutput();
            client.peer().drain(id);
            client.peer().data(id, pattern(bytes), true);
            client.leave();
            assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
            assertThat(origin.read()).isEqualTo(bytes);
            assertThat(proxy.ledger().awaitClosed(2))
                    .allMatch(session -> session.closed.reason() == CloseReason.COMPLETED);
            client.addsUp(proxy);
        }
    }

    @Test
    void aResetOnEitherSideIsOneOnTheOtherAndOfThatStreamOnly() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int staying = client.tunnel(Peer.authority(server));
            var stays = new Peer(server.accept());
            int ofOrigin = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            origin.writePattern(10);
            assertThat(client.peer().piece(ofOrigin)).hasSize(10);
            origin.reset();
            assertThat(client.peer().awaitReset(ofOrigin)).isEqualTo(CONNECT_ERROR);

            int ofClient = client.tunnel(Peer.authority(server));
            var other = new Peer(server.accept());
            client.peer().reset(ofClient, CONNECT_ERROR);
            assertThat(other.readToEnd()).isEqualTo(Peer.End.RESET);

            stays.writePattern(100);
            assertThat(client.peer().piece(staying)).hasSize(100);
            long id = proxy.ledger()
                    .awaitSession(
                            session -> !session.isClosed() && session.opened.protocol() == SessionProtocol.HTTPS_TUNNEL)
                    .opened
                    .sessionId();
            proxy.engine().closeSession(id, "test", "");
            assertThat(client.peer().awaitReset(staying)).isEqualTo(CONNECT_ERROR);
            assertThat(stays.readToEnd()).isEqualTo(Peer.End.RESET);
            int after = client.tunnel(Peer.authority(server));
            var last = new Peer(server.accept());
            last.close();
            client.peer().data(after, "", true);
            client.peer().drain(after);
            client.leave();
            assertThat(proxy.ledger().awaitClosed(5))
                    .extracting(session -> session.closed.reason())
                    .containsExactlyInAnyOrder(
                            CloseReason.ORIGIN_RESET,
                            CloseReason.CLIENT_RESET,
                            CloseReason.CLOSED_BY_COMMAND,
                            CloseReason.COMPLETED,
                            CloseReason.COMPLETED);
            client.addsUp(proxy);
        }
    }

    @Test
    void aRefusalAnswersOneStreamAndTheConnectionGoesOn() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int own = client.connect("127.0.0.1:" + proxy.port());
            FramePeer.Message denied = client.peer().message(own);
            assertThat(denied.field(":status")).isEqualTo("403");
            assertThat(denied.field("proxy-status")).contains("error=");
            assertThat(denied.text()).startsWith("403 Forbidden: ");
            int gone = client.connect(nobody());
            assertThat(client.peer().message(gone).field(":status")).isEqualTo("502");
            int noPort = client.connect("127.0.0.1");
            assertThat(client.peer().message(noPort).field(":status")).isEqualTo("400");
            int works = client.tunnel(Peer.authority(server));
            server.accept().close();
            client.peer().data(works, "", true);
            client.peer().drain(works);
            client.leave();

            List<TestLedger.Session> all = proxy.ledger().awaitClosed(5);
            TestLedger.Session refused = all.stream()
                    .filter(session -> session.closed.status() == 403)
                    .findFirst()
                    .orElseThrow();
            assertThat(refused.counts())
                    .isEqualTo(new Tally(
                            0, 0, client.peer().sent(own), client.peer().received(own) + RESET_BYTES, 0, 0));
            client.addsUp(proxy);
        }
    }

    @Test
    void manyStreamsGoOnBesideOneWhoseReceiverHasStopped() throws Exception {
        int streams = 40;
        int bytes = 200_000;
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy, FramePeer.INITIAL_WINDOW_SIZE, 30_000)) {
            int stalledDown = client.tunnel(Peer.authority(server));
            client.peer().hold(stalledDown);
            var flood = new Peer(server.accept());
            CompletableFuture<Peer.End> flooding = Peer.async(() -> flood.writeUntilBroken(64 * 1024));
            int stalledUp = client.tunnel(Peer.authority(server));
            var deaf = new Peer(server.accept());
            CompletableFuture<Void> pushing = Peer.async(() -> {
                client.peer().data(stalledUp, pattern(16 << 20), true);
                return null;
            });

            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                int id = client.tunnel(Peer.authority(server));
                var origin = new Peer(server.accept());
                all.add(Peer.async(() -> {
                    client.peer().data(id, pattern(bytes), true);
                    return null;
                }));
                all.add(Peer.async(() -> {
                    origin.writePattern(bytes);
                    origin.shutdownOutput();
                    assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
                    assertThat(origin.read()).isEqualTo(bytes);
                    origin.close();
                    return null;
                }));
                all.add(Peer.async(() -> {
                    FramePeer.Message whole = client.peer().rest(id, List.of(), EmptyHttp2Headers.INSTANCE, false);
                    assertThat(whole.body()).isEqualTo(pattern(bytes));
                    return null;
                }));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get();
            assertThat(flooding).isNotDone();
            assertThat(pushing).isNotDone();

            client.peer().reset(stalledDown, 8);
            assertThat(flooding.get()).isEqualTo(Peer.End.RESET);
            deaf.readPattern(16 << 20);
            assertThat(deaf.readToEnd()).isEqualTo(Peer.End.FIN);
            pushing.get();
            deaf.close();
            client.peer().drain(stalledUp);
            client.leave();
            proxy.ledger().awaitClosed(streams + 3);
            client.addsUp(proxy);
        }
    }

    @Test
    void theConnectionEndsInTheMiddleAndEverythingIsCounted() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy)) {
            client.tunnel(Peer.authority(server));
            try (var origin = new Peer(server.accept())) {
                origin.writePattern(50_000);
                client.client().raw().setSoLinger(true, 0);
                client.client().raw().close();
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.RESET);
            }
            await().until(() -> proxy.engine().connections() == 0);
            assertThat(sessionOf(proxy.ledger().awaitClosed(2), "TUNNEL").closed.reason())
                    .isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @Test
    void whoStopsTakesNoMoreStreamsAndLetsThoseThatStandEnd() throws Exception {
        Duration drain = Duration.ofSeconds(10);
        try (var proxy = listener.start(settings -> settings.drain(drain));
                ServerSocket server = Peer.listen(0);
                Multiplexed client = listener.connectHttp2(proxy);
                Multiplexed idle = listener.connectHttp2(proxy)) {
            int id = client.tunnel(Peer.authority(server));
            var origin = new Peer(server.accept());
            Future<Void> stopped = Peer.async(() -> {
                proxy.engine().close();
                return null;
            });
            client.peer().awaitGoAway();
            await().until(idle.peer()::isEnded);
            origin.writePattern(1000);
            assertThat(client.peer().piece(id)).hasSize(1000);
            origin.close();
            client.peer().drain(id);
            client.peer().data(id, "", true);
            await().until(client.peer()::isEnded);
            client.client().tls().close();
            stopped.get();
            assertThat(sessionOf(proxy.ledger().awaitClosed(3), "TUNNEL").closed.reason())
                    .isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void aWebSocketOverHttp2IsNotOffered() throws Exception {
        try (var proxy = listener.start(settings -> settings);
                Multiplexed client = listener.connectHttp2(proxy)) {
            int id = client.peer().newStream();
            client.peer()
                    .headers(
                            id,
                            false,
                            ":method",
                            "CONNECT",
                            ":protocol",
                            "websocket",
                            ":scheme",
                            "http",
                            ":authority",
                            "localhost",
                            ":path",
                            "/");
            assertThat(catchThrowableOfType(
                                    FramePeer.StreamEnded.class,
                                    () -> client.peer().head(id))
                            .code)
                    .isEqualTo(1);
            client.leave();
            proxy.ledger().awaitClosed(1);
            client.addsUp(proxy);
        }
    }
}
