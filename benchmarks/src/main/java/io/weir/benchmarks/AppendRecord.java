package io.weir.benchmarks;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.Journal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.RecordEncoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What does it cost to append a record to the journal, to the page cache and not to the disk?
 *
 * <p>Each iteration has a journal of its own in the folder for temporary files, and deletes it: an iteration of a
 * second writes a few hundred megabytes.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/java.nio=ALL-UNNAMED",
            "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.util=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
            "-XX:+IgnoreUnrecognizedVMOptions", // JDK 17 knows neither of the next two
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow"
        })
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // fields are set before each trial or iteration
public class AppendRecord {
    /** How many deltas are in the record. */
    @Param({"1", "32", "1000"})
    public int deltas;

    private RecordEncoder record;
    private Path folder;
    private JournalLock lock;
    private Journal journal;

    /** Encodes the record. */
    @Setup
    public void encode() {
        record = new BenchmarkRecord(deltas).encode();
    }

    /** Opens a journal, with one record in it: the first of all is read back, which is not what is asked here. */
    @Setup(Level.Iteration)
    public void open() throws IOException {
        folder = Files.createTempDirectory("weir-append");
        lock = JournalLock.acquire(folder);
        journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, System::currentTimeMillis);
        append(new BenchmarkRecord(1).encode(1));
    }

    /** Deletes the journal. */
    @TearDown(Level.Iteration)
    public void close() throws IOException {
        journal.close();
        lock.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** One record. */
    @Benchmark
    public void appendOneRecord() throws IOException {
        append(record);
    }

    private void append(RecordEncoder encoded) throws IOException {
        journal.append(encoded.firstSequence(), encoded.bytes(), encoded.offset(), encoded.length());
    }
}
