package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A ledger that cannot keep up costs time resolution and nothing else. */
class FullRingTest {
    private static final int TUNNELS = 32;
    private static final long EACH_WAY = 6 << 20;
    private static final long PING_MILLIS = 10;

    /** Far above what two busy cores cost, far below what waiting for this consumer would. */
    private static final long DELAY_MAX_MILLIS = 2000;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void everyByteCountsAndNoLoopWaits(Transport transport) throws Exception {
        try (var proxy =
                TestProxy.start(64, settings -> settings.transport(transport).eventLoops(2))) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < TUNNELS; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }
            proxy.ledger().takeItsTime(3_000_000);
            var worst = new AtomicLong();
            proxy.engine().loops().forEach(loop -> ping(loop, worst));
            long waitsBefore = loopWaits();
            List<CompletableFuture<?>> work = new ArrayList<>();
            for (TestTunnel tunnel : tunnels) {
                for (Peer peer : List.of(tunnel.client(), tunnel.origin())) {
                    work.add(Peer.async(() -> {
                        peer.writePattern(EACH_WAY);
                        peer.shutdownOutput();
                        return null;
                    }));
                    work.add(Peer.async(() -> peer.readToEnd()));
                }
            }
            for (CompletableFuture<?> one : work) {
                one.get(40, TimeUnit.SECONDS);
            }

            assertThat(loopWaits() - waitsBefore).isLessThan(20); // locks of others, but not thousands of full rings
            assertThat(TimeUnit.NANOSECONDS.toMillis(worst.get())).isLessThan(DELAY_MAX_MILLIS);
            assertThat(proxy.ledger().bus().counters().merges()).isPositive();
            proxy.ledger().takeItsTime(0);
            Tally each = new Tally(EACH_WAY, EACH_WAY, 0, 0, EACH_WAY, EACH_WAY);
            for (TestLedger.Session session : proxy.ledger().awaitClosed(TUNNELS)) {
                assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                Tally counts = session.counts();
                assertThat(new Tally(counts.up(), counts.down(), 0, 0, counts.originUp(), counts.originDown()))
                        .isEqualTo(each);
            }
            for (TestTunnel tunnel : tunnels) {
                tunnel.close();
            }
        }
    }

    /** How often the loops' threads waited for something other than their sockets, which is native and does not show here. */
    private static long loopWaits() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().startsWith("weir-loop"))
                .mapToLong(ThreadInfo::getWaitedCount)
                .sum();
    }

    /** Notes how late a task of the loop runs, again and again. */
    private static void ping(EngineLoop loop, AtomicLong worst) {
        long due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PING_MILLIS);
        loop.eventLoop()
                .schedule(
                        () -> {
                            worst.accumulateAndGet(System.nanoTime() - due, Math::max);
                            if (!loop.eventLoop().isShuttingDown()) {
                                ping(loop, worst);
                            }
                        },
                        PING_MILLIS,
                        TimeUnit.MILLISECONDS);
    }
}
