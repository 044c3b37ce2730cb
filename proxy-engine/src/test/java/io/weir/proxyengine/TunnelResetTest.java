package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A reset of one side reaches the other as a reset, soon, and ends the session once, with the right reason and exact counts.
 *
 * <p>On {@link Transport#NIO} a reset is noticed when the proxy next reads from or writes to that connection. Where it does neither,
 * because the direction is paused or has ended already, these tests let the other side move first.
 */
class TunnelResetTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int SMALL_BUFFER = 16 * 1024;

    enum Side {
        CLIENT(CloseReason.CLIENT_RESET),
        ORIGIN(CloseReason.ORIGIN_RESET);

        final CloseReason reason;

        Side(CloseReason reason) {
            this.reason = reason;
        }

        Peer of(TestTunnel tunnel) {
            return this == CLIENT ? tunnel.client() : tunnel.origin();
        }

        Peer other(TestTunnel tunnel) {
            return this == CLIENT ? tunnel.origin() : tunnel.client();
        }

        long read(Tally counts) {
            return this == CLIENT ? counts.up() : counts.originDown();
        }

        long passedOn(Tally counts) {
            return this == CLIENT ? counts.originUp() : counts.down();
        }
    }

    static Stream<Arguments> matrix() {
        List<Arguments> all = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            for (Side side : Side.values()) {
                all.add(arguments(transport, side));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void rightAfterTheAnswer(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            CompletableFuture<Peer.End> seen =
                    Peer.async(() -> side.other(tunnel).readToEnd());

            side.of(tunnel).reset();

            TestLedger.Session session = closedSoon(proxy, tunnel, side);
            assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.RESET);
            assertThat(session.counts())
                    .isEqualTo(new Tally(0, 0, tunnel.headBytes(), TestTunnel.ANSWER.length(), 0, 0));
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void whileDataFlowsBothWays(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            Peer.async(() -> side.of(tunnel).writeUntilBroken(64 * 1024));
            CompletableFuture<Peer.End> broken =
                    Peer.async(() -> side.other(tunnel).writeUntilBroken(64 * 1024));
            Peer.async(() -> side.of(tunnel).readToEnd());
            CompletableFuture<Peer.End> seen =
                    Peer.async(() -> side.other(tunnel).readToEnd());
            await().until(() ->
                    tunnel.client().read() > 4 << 20 && tunnel.origin().read() > 4 << 20);

            side.of(tunnel).reset();

            TestLedger.Session session = closedSoon(proxy, tunnel, side);
            assertThat(List.of(seen.get(30, TimeUnit.SECONDS), broken.get(2, TimeUnit.SECONDS)))
                    .contains(Peer.End.RESET); // the kernel tells only the first who asks
            Tally counts = session.counts();
            assertThat(counts.up()).isGreaterThanOrEqualTo(counts.originUp());
            assertThat(counts.originDown()).isGreaterThanOrEqualTo(counts.down());
            assertThat(counts.originUp()).isGreaterThanOrEqualTo(tunnel.origin().read());
            assertThat(counts.down()).isGreaterThanOrEqualTo(tunnel.client().read());
            long begun = 64 * 1024; // of the piece in whose middle the writer was interrupted
            assertThat(counts.up()).isLessThanOrEqualTo(tunnel.client().written() + begun);
            assertThat(counts.originDown()).isLessThanOrEqualTo(tunnel.origin().written() + begun);
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void whileTheDirectionIsPausedByBackpressure(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy, SMALL_BUFFER)) {
            Peer.async(() -> side.of(tunnel).writeUntilBroken(16 * 1024));
            TestLedger.Session open = tunnel.session(proxy);
            await().until(() -> side.read(open.counts()) > side.passedOn(open.counts()));
            awaitStill(side.of(tunnel)::written);

            side.of(tunnel).reset();
            CompletableFuture<Peer.End> seen;
            if (transport == Transport.NIO) { // reads nothing from it: notices when there is room again
                seen = Peer.async(() -> side.other(tunnel).readToEnd());
                closedSoon(proxy, tunnel, side);
            } else {
                closedSoon(proxy, tunnel, side);
                seen = Peer.async(() -> side.other(tunnel).readToEnd());
            }

            assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.RESET);
            Tally counts = tunnel.closedSession(proxy).counts();
            assertThat(side.passedOn(counts))
                    .isGreaterThanOrEqualTo(side.other(tunnel).read());
            assertThat(side.read(counts)).isLessThanOrEqualTo(side.of(tunnel).written() + 16 * 1024);
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void afterThatSideHasEnded(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            side.of(tunnel).writePattern(100);
            side.of(tunnel).shutdownOutput();
            assertThat(side.other(tunnel).readToEnd()).isEqualTo(Peer.End.FIN);

            side.of(tunnel).reset();
            if (transport == Transport.NIO) { // has nothing to read from it any more: notices when it writes
                side.other(tunnel).writePattern(1);
            }

            Tally counts = closedSoon(proxy, tunnel, side).counts();
            assertThat(counts.up() + counts.originDown()).isBetween(100L, 101L);
            assertThat(counts.down() + counts.originUp()).isEqualTo(100L);
            assertThat(wasReset(side.other(tunnel))).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void afterTheOtherSideHasEnded(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            side.other(tunnel).writePattern(100);
            side.other(tunnel).shutdownOutput();
            assertThat(side.of(tunnel).readToEnd()).isEqualTo(Peer.End.FIN);
            CompletableFuture<Peer.End> seen =
                    Peer.async(() -> side.other(tunnel).readToEnd());

            side.of(tunnel).reset();

            Tally counts = closedSoon(proxy, tunnel, side).counts();
            assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.RESET);
            assertThat(counts.up() + counts.originDown()).isEqualTo(100);
            assertThat(counts.down() + counts.originUp()).isEqualTo(100);
        }
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void afterBothHaveEndedButNotAllWasDelivered(Transport transport, Side side) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy, SMALL_BUFFER)) {
            side.other(tunnel).socket().setSendBufferSize(SMALL_BUFFER);
            CompletableFuture<Long> delivery = Peer.async(() -> {
                Peer writer = side.other(tunnel);
                TestLedger.Session open = tunnel.session(proxy);
                do { // until a little waits in user space, so little that reading goes on
                    writer.writePattern(32 * 1024);
                    long sent = writer.written();
                    await().until(() -> readFromOther(side, open.counts()) == sent || isStuck(side, open.counts()));
                } while (!isStuck(side, open.counts()));
                if (readFromOther(side, open.counts()) < writer.written()) {
                    writer.writePattern(
                            64 * 1024); // reading has stopped at once: the end waits in the kernel behind this
                }
                writer.shutdownOutput();
                return writer.written();
            });
            delivery.get(30, TimeUnit.SECONDS);
            side.of(tunnel).shutdownOutput();
            assertThat(side.other(tunnel).readToEnd()).isEqualTo(Peer.End.FIN);

            side.of(tunnel).reset();

            Tally counts = closedSoon(proxy, tunnel, side).counts();
            assertThat(readFromOther(side, counts)).isGreaterThan(passedToThis(side, counts));
        }
    }

    private static boolean isStuck(Side side, Tally counts) {
        return readFromOther(side, counts) > passedToThis(side, counts);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void ofTheClientWhileConnectingGivesUpTheAttempt(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var hole = new BlackHole();
                var client = TestTunnel.connect(proxy, 0)) {
            client.write((TestTunnel.head(hole.authority()) + "early").getBytes(StandardCharsets.US_ASCII));
            TestLedger.Session open = TestTunnel.session(proxy, client);

            client.reset();

            await().atMost(SOON).until(open::isClosed);
            assertThat(open.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
            assertThat(open.counts().up() + open.counts().overheadUp()).isEqualTo(client.written());
            assertThat(open.counts().overheadDown()).isZero();
            assertThat(proxy.engine().connections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void ofTheOriginRightAfterItAccepted(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                ServerSocket server = Peer.listen(0);
                var client = TestTunnel.connect(proxy, 0)) {
            CompletableFuture<Void> origin = Peer.async(() -> {
                new Peer(server.accept()).reset();
                return null;
            });
            client.write(TestTunnel.head(Peer.authority(server)).getBytes(StandardCharsets.US_ASCII));
            origin.get(30, TimeUnit.SECONDS);

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isIn(CloseReason.ORIGIN_RESET, CloseReason.CONNECT_FAILED);
            assertThat(session.counts().up()).isZero();
            assertThat(session.counts().originDown()).isZero();
        }
    }

    private static long readFromOther(Side side, Tally counts) {
        return side == Side.CLIENT ? counts.originDown() : counts.up();
    }

    private static long passedToThis(Side side, Tally counts) {
        return side == Side.CLIENT ? counts.down() : counts.originUp();
    }

    private static TestLedger.Session closedSoon(TestProxy proxy, TestTunnel tunnel, Side side) {
        TestLedger.Session session = tunnel.session(proxy);
        await().atMost(SOON).until(session::isClosed);
        assertThat(session.closed.reason()).isEqualTo(side.reason);
        return session;
    }

    /** After FIN was read, a reset shows in writing only. */
    private static boolean wasReset(Peer peer) {
        long until = System.nanoTime() + SOON.toNanos();
        while (System.nanoTime() < until) {
            try {
                peer.write(new byte[1]);
            } catch (IOException reset) {
                return true;
            }
        }
        return false;
    }

    /** Returns once the figure has not changed for a while. */
    private static void awaitStill(LongSupplier figure) {
        long[] last = {-1, System.nanoTime()};
        await().until(() -> {
            long now = figure.getAsLong();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > 150_000_000;
        });
    }
}
