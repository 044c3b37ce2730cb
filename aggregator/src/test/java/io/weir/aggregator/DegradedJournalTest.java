package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.FailingJournal.Fault;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DegradedJournalTest {
    private final FailingJournal journal = new FailingJournal();
    private final EventBus bus = EventBus.create(64);
    private final AtomicLong freeSpace = new AtomicLong(Long.MAX_VALUE);

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void whatTheJournalCouldNotTakeForAWhileFollowsBehindAGap(Fault fault) throws Exception {
        Tally before;
        Tally during;
        Tally after;
        try (Aggregator aggregator = open(1_000_000)) {
            before = new EventStorm(bus, 51, 2, 500, 0).run();
            Snapshot shown = Ledgers.snapshotOf(aggregator);
            journal.fail(fault);
            during = new EventStorm(bus, 52, 2, 500, 0).run();
            awaitState(aggregator, JournalState.DEGRADED);
            assertThat(bus.admission().refusal()).contains("the journal can't be written");
            assertThat(Ledgers.snapshotOf(aggregator).totals().up())
                    .isBetween(shown.totals().up(), before.plus(during).up());

            journal.fail(Fault.NONE);

            awaitState(aggregator, JournalState.OK);
            assertThat(bus.admission().refusal()).isNull();
            after = new EventStorm(bus, 53, 2, 500, 0).run();
        }

        LedgerFold replayed = Ledgers.replay(folder);
        assertThat(SealedRecords.of(folder).isSealedToItsEnd()).isTrue();
        assertThat(replayed.totals()).isEqualTo(before.plus(during).plus(after));
        assertThat(replayed.violations()).isZero();
        assertThat(replayed.gaps()).singleElement().satisfies(gap -> {
            assertThat(gap.event().cause()).contains("no space left");
            assertThat(gap.event().carried().up()).isPositive().isLessThanOrEqualTo(during.up());
        });
    }

    @Test
    void anExchangeIsNotShownBeforeTheJournalHasIt() throws Exception {
        try (Aggregator aggregator = open(1_000_000)) {
            journal.fail(Fault.DEAD);
            LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
            publisher.publish(EventStorm.exchange(1, 0, Tally.ZERO, 0));
            awaitState(aggregator, JournalState.DEGRADED);
            Ledgers.snapshotOf(aggregator);
            assertThat(aggregator.exchanges().newestSequence()).isZero();

            journal.fail(Fault.NONE);

            awaitState(aggregator, JournalState.OK);
            assertThat(aggregator.exchanges().latest(Long.MAX_VALUE, 10)).hasSize(1);
        }
        assertThat(Ledgers.replay(folder).violations()).isZero();
    }

    @Test
    void whenTooMuchIsHeldTheRingFillsAndNothingIsLost() throws Exception {
        Tally during;
        try (Aggregator aggregator = open(50)) {
            journal.fail(Fault.DEAD);
            var storm = new Thread(() -> {
                try {
                    counted = new EventStorm(bus, 54, 2, 3_000, 0).run();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            });
            storm.start();
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> aggregator.health().backlog() == 64
                            && aggregator.health().waits() > 0);
            journal.fail(Fault.NONE);
            storm.join();
            during = counted;
        }

        assertThat(Ledgers.replay(folder).totals()).isEqualTo(during);
    }

    private volatile Tally counted = Tally.ZERO;

    @Test
    void belowTheFloorOfFreeSpaceNothingIsJournaledUntilThereIsRoomAgain() throws Exception {
        Tally during;
        try (Aggregator aggregator = open(1_000_000)) {
            freeSpace.set(5);
            awaitState(aggregator, JournalState.DEGRADED);
            assertThat(aggregator.health().reason()).contains("free space of 5 bytes is below the floor of 10");
            long sequence = aggregator.health().sequence();
            during = new EventStorm(bus, 55, 1, 500, 0).run();
            assertThat(Ledgers.snapshotOf(aggregator).sequence()).isEqualTo(sequence);
            freeSpace.set(Long.MAX_VALUE);
            awaitState(aggregator, JournalState.OK);
        }

        LedgerFold replayed = Ledgers.replay(folder);
        assertThat(replayed.totals()).isEqualTo(during);
        assertThat(replayed.gaps())
                .singleElement()
                .satisfies(gap -> assertThat(gap.event().carried()).isEqualTo(during));
    }

    @Test
    void afterAFailedSyncNothingMoreIsCalledSyncedUntilTheNextStart() throws Exception {
        Tally counted;
        long synced;
        try (Aggregator aggregator = open(1_000_000)) {
            synced = aggregator.health().syncedSequence();
            journal.failSync(true);
            counted = new EventStorm(bus, 56, 1, 200, 0).run();
            awaitState(aggregator, JournalState.FAILED);
            journal.failSync(false);
            counted = counted.plus(new EventStorm(bus, 57, 1, 200, 0).run());

            assertThat(Ledgers.snapshotOf(aggregator).totals()).isEqualTo(counted);
            assertThat(aggregator.health().syncedSequence()).isEqualTo(synced);
            assertThat(aggregator.health().reason()).contains("start the node again");
            assertThat(bus.admission().refusal()).isNotNull();
        }

        assertThat(Ledgers.replay(folder).totals()).isEqualTo(counted);
    }

    private Aggregator open(int heldEvents) {
        AggregatorConfig config = new AggregatorConfig(
                folder,
                "test",
                Duration.ofMillis(20),
                Duration.ofMillis(10),
                10,
                1_000_000,
                Duration.ofMinutes(10),
                Duration.ofMillis(50),
                heldEvents,
                folder.resolve("seal"),
                Duration.ofMillis(1),
                RetentionPolicy.KEEP_ALL);
        return Aggregator.open(bus, config, journal, System::currentTimeMillis, freeSpace::get);
    }

    private static void awaitState(Aggregator aggregator, JournalState state) {
        await().atMost(10, TimeUnit.SECONDS).until(() -> aggregator.health().state() == state);
    }
}
