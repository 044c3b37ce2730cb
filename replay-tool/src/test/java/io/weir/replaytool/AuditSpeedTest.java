package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Audits a long journal that the real appender wrote, and says how fast that went. */
@Tag("slow")
class AuditSpeedTest {
    private static final int SESSIONS = 10_000;
    private static final int DELTAS_PER_RECORD = 1_000;
    private static final int RECORDS = 30_000;
    private static final int RECORDS_PER_SEAL = 500; // two seconds of a busy node
    private static final long DELTAS = (long) DELTAS_PER_RECORD * RECORDS;

    @TempDir
    Path data;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final RecordEncoder record = new RecordEncoder();
    private final Counts delta = new Counts();
    private final RecordChain chain = new RecordChain();
    private @Nullable SealKey key;
    private long sequence;
    private long atMillis = TestLedger.BEGIN_MILLIS;

    @Test
    void auditsMillionsOfDeltasASecond() throws IOException {
        long down = writeJournal();

        long begun = System.nanoTime();
        long cpuBegun = threads.getCurrentThreadCpuTime();
        Run audit = Run.of(data, "audit", "--json");
        double seconds = (System.nanoTime() - begun) / 1e9;
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpuBegun) / 1e9;

        assertThat(audit.status()).isZero();
        assertThat(audit.json()).containsEntry("sequence", sequence).containsEntry("open", (long) SESSIONS);
        assertThat(JsonObjects.field(audit.json(), "totals"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("down", down);
        System.out.printf(
                "audit: %,d deltas, %,d bytes, %.2f s, %.2f s of CPU, %.1f million deltas/s of CPU%n",
                DELTAS, bytes(), seconds, cpuSeconds, DELTAS / cpuSeconds / 1e6);
        assertThat(DELTAS / cpuSeconds).as("deltas a second of CPU").isGreaterThan(1e6);
    }

    @Test
    void verifiesMillionsOfDeltasASecond() throws IOException {
        chain.begin(1);
        key = SealKey.loadOrCreate(data.resolve("seal"));
        writeJournal();

        long begun = System.nanoTime();
        long cpuBegun = threads.getCurrentThreadCpuTime();
        Run verify = Run.of(data, "verify", "--json");
        double seconds = (System.nanoTime() - begun) / 1e9;
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpuBegun) / 1e9;

        assertThat(verify.status()).isZero();
        assertThat(verify.json()).containsEntry("sequence", sequence).containsEntry("unsealedTail", 0L);
        System.out.printf(
                "verify: %,d deltas, %,d bytes, %.2f s, %.2f s of CPU, %.1f million deltas/s of CPU%n",
                DELTAS, bytes(), seconds, cpuSeconds, DELTAS / cpuSeconds / 1e6);
        assertThat(DELTAS / cpuSeconds).as("deltas a second of CPU").isGreaterThan(1e6);
    }

    private long bytes() throws IOException {
        try (var files = Files.list(TestLedger.journal(data))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private long writeJournal() throws IOException {
        Random random = new Random(42);
        long down = 0;
        try (JournalLock lock = JournalLock.acquire(TestLedger.journal(data));
                ChronicleJournal journal =
                        ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> TestLedger.BEGIN_MILLIS)) {
            append(journal, new NodeStarted("node", 1, "1.2.3", 1, SESSIONS + 1));
            for (int id = 1; id <= SESSIONS; id++) {
                append(
                        journal,
                        new SessionOpened(
                                id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a.example:443", "", "10.0.0.1:5", ""));
            }
            for (int i = 0; i < RECORDS; i++) {
                down += appendDeltas(journal, random);
                if (i % RECORDS_PER_SEAL == RECORDS_PER_SEAL - 1) {
                    appendSeal(journal);
                }
            }
        }
        return down;
    }

    private long appendDeltas(ChronicleJournal journal, Random random) throws IOException {
        long down = 0;
        record.begin(sequence + 1, ++atMillis);
        for (int i = 0; i < DELTAS_PER_RECORD; i++) {
            long bytes = 1L + random.nextInt(1 << 20);
            delta.set(random.nextInt(1000), bytes, 0, 0, 0, bytes);
            record.tryAddDelta(1 + random.nextInt(SESSIONS), delta);
            down += bytes;
        }
        append(journal);
        return down;
    }

    private void append(ChronicleJournal journal, LedgerEvent event) throws IOException {
        record.begin(sequence + 1, ++atMillis);
        record.tryAdd(atMillis, event);
        append(journal);
    }

    private void appendSeal(ChronicleJournal journal) throws IOException {
        SealKey signer = key;
        if (signer != null) {
            Seal seal = signer.seal(chain, "node", 1, ++atMillis);
            record.begin(sequence + 1, atMillis);
            record.tryAdd(atMillis, seal);
            chain.sealed(seal);
            append(journal);
        }
    }

    private void append(ChronicleJournal journal) throws IOException {
        record.finish();
        journal.append(record.firstSequence(), record.bytes(), record.offset(), record.length());
        sequence = record.lastSequence();
        chain.record(sequence, record.bytes(), record.offset(), record.length());
    }
}
