package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the offline commands on a long journal of one hour that the real appender wrote, and says how fast that went. */
@Tag("slow")
class OfflineSpeedTest {
    private static final int SESSIONS = 10_000;
    private static final int DELTAS_PER_RECORD = 1_000;
    private static final int RECORDS = 20_000;
    private static final int RECORDS_PER_CHECKPOINT = 1_000;

    @TempDir
    Path data;

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final RecordEncoder record = new RecordEncoder();
    private final LedgerFold fold = new LedgerFold();
    private final Counts delta = new Counts();
    private long atMillis = TestLedger.BEGIN_MILLIS;

    @Test
    void longJournalsAreQuick() throws IOException {
        writeJournal();
        long end = fold.sequence();

        measured("audit --by host", end, "audit", "--by", "host", "--csv");
        measured("audit --by hour", end, "audit", "--by", "hour", "--csv");
        Run state = measured("state at a sequence", end, "state", "--at", String.valueOf(end / 2), "--json");
        measured(
                "state at an instant",
                end,
                "state",
                "--at",
                Figures.time((TestLedger.BEGIN_MILLIS + atMillis) / 2),
                "--json");
        measured(
                "export sessions",
                end,
                "export",
                "sessions",
                "--out",
                data.resolve("sessions").toString());
        measured(
                "export events",
                end,
                "export",
                "events",
                "--out",
                data.resolve("events").toString(),
                "--to",
                "2000000");

        assertThat(JsonObjects.number(state.json(), "folded"))
                .isLessThan(2L * RECORDS_PER_CHECKPOINT * DELTAS_PER_RECORD);
    }

    private Run measured(String what, long events, String... arguments) {
        long cpuBegun = threads.getCurrentThreadCpuTime();
        long begun = System.nanoTime();
        Run run = Run.of(data, arguments);
        double cpuSeconds = (threads.getCurrentThreadCpuTime() - cpuBegun) / 1e9;
        System.out.printf(
                "%s: journal of %,d events, %.2f s of CPU, %.2f s%n",
                what, events, cpuSeconds, (System.nanoTime() - begun) / 1e9);
        assertThat(run.status()).as(run.err()).isZero();
        return run;
    }

    private void writeJournal() throws IOException {
        Random random = new Random(42);
        try (JournalLock lock = JournalLock.acquire(TestLedger.journal(data));
                ChronicleJournal journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> atMillis)) {
            append(journal, new NodeStarted("node", 1, "1.2.3", 1, Integer.MAX_VALUE));
            for (int id = 1; id <= SESSIONS; id++) {
                append(journal, opened(id));
            }
            for (int i = 1; i <= RECORDS; i++) {
                appendDeltas(journal, random, i / 10);
                replaceSession(journal, i / 10);
                if (i % RECORDS_PER_CHECKPOINT == 0) {
                    SeededJournal.appendCheckpoint(journal, record, fold, ++atMillis);
                }
            }
        }
    }

    private static SessionOpened opened(long id) {
        String host = "host" + id % 500 + ".example:443";
        return new SessionOpened(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, "", "10.0.0.1:5", "");
    }

    private void appendDeltas(ChronicleJournal journal, Random random, int firstSession) throws IOException {
        record.begin(fold.sequence() + 1, atMillis += 100);
        for (int i = 0; i < DELTAS_PER_RECORD; i++) {
            long bytes = 1L + random.nextInt(1 << 20);
            delta.set(random.nextInt(1000), bytes, 0, 0, 0, bytes);
            record.tryAddDelta(firstSession + 2 + random.nextInt(SESSIONS - 2), delta);
        }
        SeededJournal.append(journal, record, fold);
    }

    private void replaceSession(ChronicleJournal journal, long id) throws IOException {
        var oldest = fold.findOpen(id);
        if (oldest != null) {
            append(journal, new SessionClosed(id, CloseReason.COMPLETED, 0, oldest.counts()));
            append(journal, opened(SESSIONS + id));
        }
    }

    private void append(ChronicleJournal journal, LedgerEvent event) throws IOException {
        record.begin(fold.sequence() + 1, ++atMillis);
        record.tryAdd(atMillis, event);
        SeededJournal.append(journal, record, fold);
    }
}
