package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.history.JournalHistory;
import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.PrunePlan;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that writes for hours, on a clock that the test moves, and lets the oldest of its journal go. */
@Tag("jdk")
class RetentionTest {
    private static final long HOUR_MILLIS = 3_600_000;

    @TempDir
    Path data;

    private final AtomicLong clock = new AtomicLong(1_800_000_000_000L);

    private Aggregator open(EventBus bus, RetentionPolicy policy) {
        AggregatorConfig config = AggregatorConfig.defaults(data.resolve("journal"), "test")
                .withFreeSpaceFloorBytes(0)
                .withSeals(data.resolve("seal"), Duration.ofMillis(5))
                .withRetention(policy);
        return Aggregator.open(bus, config, ChronicleJournal::open, clock::get, () -> Long.MAX_VALUE);
    }

    private List<String> files() {
        return JournalFolder.files(data.resolve("journal"));
    }

    /** So many hours of traffic; answers what root sessions moved. */
    private Tally run(EventBus bus, Aggregator aggregator, int hours) throws InterruptedException {
        Tally sum = Tally.ZERO;
        for (int hour = 0; hour < hours; hour++) {
            sum = sum.plus(new EventStorm(bus, clock.get(), 1, 200, 0).run());
            Ledgers.snapshotOf(aggregator);
            clock.addAndGet(HOUR_MILLIS);
        }
        return sum;
    }

    @Test
    void aRunningNodeLetsGoWhatIsOlderThanItHasToKeep() throws Exception {
        EventBus bus = EventBus.create(256);
        Tally sum;
        try (Aggregator aggregator = open(bus, new RetentionPolicy(Duration.ofHours(2), 0))) {
            sum = run(bus, aggregator, 6);

            await().atMost(Duration.ofSeconds(20)) // until the hint of the last checkpoint is on the disk
                    .until(() -> aggregator.retention().look() || !files().contains("20270115-08F.cq4"));

            assertThat(files()).doesNotContain("20270115-08F.cq4");
            assertThat(files()).as("the last two hours stay").hasSizeLessThanOrEqualTo(4);
            sum = sum.plus(run(bus, aggregator, 1));

            assertThat(JournalHistory.of(data.resolve("journal"))
                            .closed(SessionFilter.ALL, Long.MAX_VALUE, 10, () -> true)
                            .sessions())
                    .isNotEmpty();
        }
        try (Aggregator again = open(EventBus.create(256), RetentionPolicy.KEEP_ALL)) {
            assertThat(again.latest().totals()).isEqualTo(sum);
            assertThat(again.health().countingSinceMillis()).isEqualTo(1_800_000_000_000L);
        }
        LedgerFold fold = Ledgers.replay(data.resolve("journal"));
        assertThat(fold.totals()).isEqualTo(sum);
        assertThat(fold.violations()).isZero();
    }

    @Test
    void nothingGoesBeforeTheJournalSaysSo() throws Exception {
        EventBus bus = EventBus.create(256);
        try (Aggregator aggregator = open(bus, RetentionPolicy.KEEP_ALL)) {
            run(bus, aggregator, 4);
        }
        List<String> files = files();
        Retention broken = new Retention(
                data.resolve("journal"),
                new RetentionPolicy(null, 1),
                true,
                clock::get,
                event -> CompletableFuture.failedFuture(new IOException("no space left")));

        assertThatThrownBy(broken::look).isInstanceOf(ExecutionException.class).hasMessageContaining("no space left");

        assertThat(files()).isEqualTo(files);
        assertThat(PrunedMark.read(data.resolve("journal"))).isEqualTo(PrunedMark.NONE);
    }

    @Test
    void aNodeKilledBetweenTheEventAndTheFilesLetsThemGoLater() throws Exception {
        EventBus bus = EventBus.create(256);
        RetentionPolicy tight = new RetentionPolicy(null, 1);
        try (Aggregator aggregator = open(bus, RetentionPolicy.KEEP_ALL)) {
            run(bus, aggregator, 4);
        }
        try (OfflineLedger ledger =
                OfflineLedger.open(data.resolve("journal"), SealKey.loadOrCreate(data.resolve("seal")), clock::get)) {
            ledger.record(new JournalPruned(100, 0, 3, 1, "test", "killed before the files went"));
            ledger.finish();
        }
        Files.delete(data.resolve("journal").resolve(files().get(0)));

        try (Aggregator pruning = open(EventBus.create(256), tight)) {
            assertThat(pruning.health().state()).isEqualTo(JournalState.OK);
            await().atMost(Duration.ofSeconds(20)).until(() -> files().size() == 1);
        }

        assertThat(Ledgers.replay(data.resolve("journal")).violations()).isZero();
    }

    @Test
    void whatCanNotStandAloneIsNotTheBeginning() throws Exception {
        EventBus bus = EventBus.create(256);
        try (Aggregator aggregator = open(bus, RetentionPolicy.KEEP_ALL)) {
            run(bus, aggregator, 3);
        }
        Path journal = data.resolve("journal");

        assertThat(PrunePlan.of(journal, RetentionPolicy.KEEP_ALL, true, clock.get()))
                .isEmpty();
        Files.delete(journal.resolve("checkpoint")); // a start would read everything
        assertThat(PrunePlan.of(journal, new RetentionPolicy(Duration.ofMillis(1), 1), true, clock.get()))
                .isEmpty();
    }
}
