package io.weir.benchmarks;

import io.weir.aggregator.LedgerFold;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What does the owner of all totals pay for one delta, with few sessions open and with many, in no order? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class FoldDeltas {
    private static final int IDS = 1 << 16;

    /** How many sessions are open. */
    @Param({"1000", "100000"})
    public int sessions;

    private final LedgerFold fold = new LedgerFold();
    private final Counts delta = new Counts();
    private final long[] ids = new long[IDS];
    private long sequence;
    private int next;

    /** Opens the sessions. */
    @Setup
    public void openSessions() {
        fold.event(++sequence, 0, new NodeStarted("benchmark", 1, "0", 1, 1L << 24));
        for (long id = 1; id <= sessions; id++) {
            fold.event(++sequence, 0, BenchmarkBus.opening(id));
        }
        var random = new SplittableRandom(42);
        for (int i = 0; i < IDS; i++) {
            ids[i] = random.nextLong(1, sessions + 1L);
        }
        delta.set(1_200, 64_000, 0, 0, 1_200, 64_000);
    }

    /** One delta. */
    @Benchmark
    public void foldOneDelta() {
        fold.transferred(++sequence, 0, ids[next], delta);
        next = (next + 1) & (IDS - 1);
    }
}
