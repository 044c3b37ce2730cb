package io.weir.benchmarks;

import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What does it cost an event loop to count a read, and what when the count goes out through the ring? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
public class PublishOneDelta {
    private final BenchmarkBus bus = new BenchmarkBus();
    private final SessionMeter meter = bus.openSession();

    /** Lets the consumer catch up. */
    @Setup(Level.Invocation)
    public void awaitRoom() {
        bus.awaitRoom();
    }

    /** Stops the bus. */
    @TearDown
    public void stop() {
        bus.close();
        bus.requireNeverFull();
    }

    /** The usual read: it joins what the loop will publish with its next turn. */
    @Benchmark
    @OperationsPerInvocation(BenchmarkBus.BURST)
    public void countOnly() {
        for (int i = 0; i < BenchmarkBus.BURST; i++) {
            meter.up(1);
        }
    }

    /** A delta that goes out at once. */
    @Benchmark
    @OperationsPerInvocation(BenchmarkBus.BURST)
    public void countAndPublish() {
        for (int i = 0; i < BenchmarkBus.BURST; i++) {
            meter.up(LoopPublisher.LARGE_DELTA_BYTES);
        }
    }
}
