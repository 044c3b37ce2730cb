package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A side that does not read stops the other one, with a bounded part of the stream in user space. How much that is the session itself
 * says: what was read from one side less what the kernel took for the other.
 */
class TunnelBackpressureTest {
    private static final int SMALL_BUFFER = 16 * 1024;

    /** The bound per direction that the safe defaults promise. */
    private static final long USER_SPACE_MAX = 256 * 1024;

    /** What a large pipe holds, in the kernel. */
    private static final long PIPE_MAX = 1024 * 1024;

    @ParameterizedTest
    @CsvSource({"SPLICE, 200", "EPOLL, 200", "NIO, 40"})
    void stalledTunnelsHoldLittleAndLoseNothing(Transport transport, int tunnels) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport))) {
            List<TestTunnel> all = new ArrayList<>();
            List<CompletableFuture<Long>> writers = new ArrayList<>();
            var enough = new AtomicBoolean();
            for (int i = 0; i < tunnels; i++) {
                TestTunnel tunnel = TestTunnel.open(proxy, SMALL_BUFFER);
                Peer writer = i % 2 == 0 ? tunnel.origin() : tunnel.client();
                writer.socket().setSendBufferSize(SMALL_BUFFER);
                all.add(tunnel);
                writers.add(Peer.async(() -> {
                    while (!enough.get()) {
                        writer.writePattern(16 * 1024);
                    }
                    writer.shutdownOutput();
                    return writer.written();
                }));
            }

            awaitStill(() -> proxy.ledger().rootTotals().up()
                    + proxy.ledger().rootTotals().originDown());

            assertThat(writers).noneMatch(CompletableFuture::isDone);
            assertThat(proxy.ledger().sessions())
                    .allSatisfy(session -> assertThat(inUserSpace(session.counts()))
                            .isBetween(1L, transport == Transport.SPLICE ? PIPE_MAX : USER_SPACE_MAX));
            enough.set(true);
            List<CompletableFuture<Peer.End>> readers = new ArrayList<>();
            for (int i = 0; i < tunnels; i++) {
                Peer reader = i % 2 == 0 ? all.get(i).client() : all.get(i).origin();
                readers.add(Peer.async(() -> reader.readToEnd()));
            }
            long written = 0;
            for (int i = 0; i < tunnels; i++) {
                assertThat(readers.get(i).get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
                long one = writers.get(i).get(30, TimeUnit.SECONDS);
                assertThat(all.get(i).client().read() + all.get(i).origin().read())
                        .isEqualTo(one);
                written += one;
                all.get(i).close();
            }
            Tally sum = Tally.ZERO;
            for (TestLedger.Session session : proxy.ledger().awaitClosed(tunnels)) {
                assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                sum = sum.plus(session.counts());
            }
            assertThat(sum.up() + sum.originDown()).isEqualTo(written);
            assertThat(sum.originUp() + sum.down()).isEqualTo(written);
        }
    }

    static Stream<Arguments> stalls() {
        List<Arguments> all = new ArrayList<>();
        for (Transport transport : Transport.values()) {
            for (boolean readerHasEnded : new boolean[] {false, true}) {
                all.add(arguments(transport, readerHasEnded));
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("stalls")
    void aFinBehindAStalledStreamPilesNothingUp(Transport transport, boolean clientHasEnded) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy, SMALL_BUFFER)) {
            if (clientHasEnded) {
                tunnel.client().shutdownOutput();
                assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            }
            TestLedger.Session session = tunnel.session(proxy);
            Peer origin = tunnel.origin();
            boolean stalled = false;
            while (!stalled) { // until a piece is left in the kernel of the proxy's side
                origin.writePattern(32 * 1024);
                long sent = origin.written();
                stalled = !cameThrough(() -> session.counts().originDown() == sent);
            }
            long read = session.counts().originDown();
            origin.shutdownOutput();

            await().during(Duration.ofMillis(200)).until(() -> session.counts().originDown() == read);
            assertThat(inUserSpace(session.counts())).isLessThanOrEqualTo(USER_SPACE_MAX);
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            assertThat(tunnel.client().read()).isEqualTo(origin.written());
            if (!clientHasEnded) {
                tunnel.client().shutdownOutput();
            }
            assertThat(tunnel.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts().down()).isEqualTo(origin.written());
        }
    }

    private static boolean cameThrough(java.util.concurrent.Callable<Boolean> condition) {
        try {
            await().atMost(Duration.ofMillis(250)).until(condition);
            return true;
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            return false;
        }
    }

    private static long inUserSpace(Tally counts) {
        return counts.up() - counts.originUp() + counts.originDown() - counts.down();
    }

    private static void awaitStill(LongSupplier figure) {
        long[] last = {-1, System.nanoTime()};
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            long now = figure.getAsLong();
            if (now != last[0]) {
                last[0] = now;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > 300_000_000;
        });
    }
}
