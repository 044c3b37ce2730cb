package io.weir.benchmarks;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
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

/** What does it cost to check a journal record's checksum and to read its deltas, as recovery and replay do? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // fields are set before each trial or iteration
public class DecodeRecord {
    /** How many deltas are in the record. */
    @Param({"1", "32", "1000"})
    public int deltas;

    private final Sum sum = new Sum();
    private RecordEncoder encoded;

    /** Encodes the record. */
    @Setup
    public void encode() {
        encoded = new BenchmarkRecord(deltas).encode();
    }

    /** One record. */
    @Benchmark
    public long decodeOneRecord() {
        encoded.deliver(sum);
        return sum.bytes;
    }

    private static final class Sum implements EventSink {
        private long bytes;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            throw new IllegalStateException("not in the record: " + event);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            bytes += delta.up() ^ delta.originDown() ^ sessionId;
        }
    }
}
