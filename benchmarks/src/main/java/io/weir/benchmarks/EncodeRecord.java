package io.weir.benchmarks;

import io.weir.aggregator.journal.RecordEncoder;
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

/** What does it cost to make a journal record, checksum included, of one delta, of a few, of many? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // fields are set before each trial or iteration
public class EncodeRecord {
    /** How many deltas are in the record. */
    @Param({"1", "32", "1000"})
    public int deltas;

    private BenchmarkRecord record;

    /** Makes the encoder. */
    @Setup
    public void start() {
        record = new BenchmarkRecord(deltas);
    }

    /** One record. */
    @Benchmark
    public RecordEncoder encodeOneRecord() {
        return record.encode();
    }
}
