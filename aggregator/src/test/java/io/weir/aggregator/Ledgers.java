package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What tests of journals share. */
final class Ledgers {
    private Ledgers() {}

    static AggregatorConfig config(Path folder) {
        return AggregatorConfig.defaults(folder, "test").withFreeSpaceFloorBytes(0);
    }

    /** Folds the whole journal from its beginning, which must be without fault. */
    static LedgerFold replay(Path folder) {
        LedgerFold fold = new LedgerFold();
        try (JournalReader reader = JournalReader.open(folder)) {
            ReadOutcome outcome = reader.read(fold, ReadProgress.NONE);
            assertThat(outcome.faults()).isEmpty();
        }
        return fold;
    }

    static Snapshot snapshotOf(Aggregator aggregator) throws InterruptedException {
        BlockingQueue<Snapshot> taken = new LinkedBlockingQueue<>();
        aggregator.requestSnapshot(taken::add);
        return Objects.requireNonNull(taken.poll(10, TimeUnit.SECONDS), "no snapshot came");
    }
}
