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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** What does a delta cost each of two event loops that publish to the same ring as fast as they can? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@Threads(2)
public class TryPublishFromTwoLoops {
    /** What both loops share. */
    @State(Scope.Benchmark)
    public static class Shared {
        private final BenchmarkBus bus = new BenchmarkBus();

        /** Stops it. */
        @TearDown
        public void stop() {
            bus.close();
            bus.requireNeverFull();
        }
    }

    /** A loop with one session. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // fields are set before the trial
    public static class Loop {
        private BenchmarkBus bus;
        private SessionMeter meter;

        /** Opens the session. */
        @Setup
        public void open(Shared shared) {
            bus = shared.bus;
            meter = bus.openSession();
        }

        /** Lets the consumer catch up. */
        @Setup(Level.Invocation)
        public void awaitRoom() {
            bus.awaitRoom();
        }
    }

    /** A delta that goes out at once. */
    @Benchmark
    @OperationsPerInvocation(BenchmarkBus.BURST)
    public void countAndPublish(Loop loop) {
        for (int i = 0; i < BenchmarkBus.BURST; i++) {
            loop.meter.up(LoopPublisher.LARGE_DELTA_BYTES);
        }
    }
}
