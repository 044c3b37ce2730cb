package io.weir.benchmarks;

import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** What does the proof of the journal cost: to hash a record that is appended, and to sign a seal every two seconds? */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // fields are set before each trial
public class ChainRecord {
    /** How many deltas are in the record. */
    @Param({"1", "32", "1000"})
    public int deltas;

    private RecordEncoder record;
    private RecordChain chain;
    private SealKey key;

    /** Encodes the record and makes a key. */
    @Setup
    public void prepare() throws IOException {
        record = new BenchmarkRecord(deltas).encode();
        chain = new RecordChain();
        chain.begin(1);
        Path folder = Files.createTempDirectory("weir-chain");
        key = SealKey.loadOrCreate(folder.resolve("seal"));
    }

    /** One record. */
    @Benchmark
    public void hashOneRecord() {
        chain.record(record.lastSequence(), record.bytes(), record.offset(), record.length());
    }

    /** One seal. */
    @Benchmark
    public Seal signOneSeal() {
        return key.seal(chain, "64f63c8b63ee6f17", 1, 1);
    }
}
