package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.journal.RecordedEvents;
import io.weir.aggregator.journal.RecordedEvents.Recorded;
import io.weir.aggregator.journal.RetentionPolicy;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionIds;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class AggregatorTest {
    @TempDir
    Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void replayEqualsLiveAfterAStormThroughATinyRing(long seed) throws Exception {
        EventBus bus = EventBus.create(64);
        Tally counted;
        Snapshot live;
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            counted = new EventStorm(bus, seed, 3, 5_000, 0).run();
            live = Ledgers.snapshotOf(aggregator);
        }

        LedgerFold replayed = Ledgers.replay(folder);

        assertThat(live.totals()).isEqualTo(counted);
        assertThat(replayed.totals()).isEqualTo(counted);
        assertThat(replayed.sessionsOpened()).isEqualTo(live.sessionsOpened());
        assertThat(replayed.openCount()).isZero();
        assertThat(replayed.violations()).isZero();
    }

    @Test
    void whatASlotCarriesIsJournaledInTheOrderInWhichItHappened() throws Exception {
        EventBus bus = EventBus.create(64);
        List<Recorded> shown = new ArrayList<>();
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
            SessionMeter tunnel = publisher.openSoon(opened(bus.sessionIds().next(), SessionProtocol.HTTPS_TUNNEL));
            tunnel.originConnected("192.0.2.1:443");
            tunnel.up(500);
            tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
            SessionMeter plain = publisher.openSoon(opened(bus.sessionIds().next(), SessionProtocol.HTTP));
            plain.originConnected("192.0.2.2:80");
            plain.up(7);
            plain.exchangeCompleted(
                    EventStorm.exchange(plain.id(), 0, plain.total().toTally(), 1_700_000_000_000L));
            plain.close(CloseReason.COMPLETED, 200);
            tunnel.close(CloseReason.COMPLETED, 0);
            Ledgers.snapshotOf(aggregator);
            aggregator
                    .exchanges()
                    .latest(Long.MAX_VALUE, 10)
                    .forEach(each -> shown.add(new Recorded(each.sequence(), each.atMillis(), each.exchange())));
        }

        RecordedEvents journaled = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(folder)) {
            reader.read(journaled, ReadProgress.NONE);
        }
        assertThat(journaled.list().subList(1, 11))
                .extracting(each -> each.event().getClass().getSimpleName())
                .containsExactly(
                        "SessionOpened",
                        "ProtocolDetected",
                        "OriginConnected",
                        "BytesTransferred",
                        "SessionOpened",
                        "OriginConnected",
                        "BytesTransferred",
                        "ExchangeCompleted",
                        "SessionClosed",
                        "SessionClosed");
        assertThat(shown).hasSize(1);
        assertThat(journaled.list()).containsAll(shown);
        assertThat(Ledgers.replay(folder).violations()).isZero();
    }

    private static SessionOpened opened(long id, SessionProtocol protocol) {
        return new SessionOpened(id, 0, protocol, "GET", "a.example:443", "a", "127.0.0.1:1", "");
    }

    @Test
    void sessionsLeftOpenAreSeenAliveAndClosedAtTheStop() throws Exception {
        EventBus bus = EventBus.create(64);
        Snapshot live;
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            new EventStorm(bus, 7, 2, 1_000, 1).run();
            live = Ledgers.snapshotOf(aggregator);
        }

        LedgerFold replayed = Ledgers.replay(folder);

        assertThat(live.openCount()).isPositive();
        assertThat(replayed.closedByReason().get(CloseReason.NODE_STOPPED)).isEqualTo(live.openCount());
        assertThat(replayed.violations()).isZero();
        assertThat(replayed.totals()).isEqualTo(live.totals());
    }

    @Test
    void countsAndTheLastExchangesSurviveARestartAndItIsKnownSinceWhenIsCounted() throws Exception {
        EventBus bus = EventBus.create(64);
        Snapshot before;
        List<RecordedExchange> exchanges;
        LedgerHealth health;
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            new EventStorm(bus, 12, 2, 1_000, 0).run();
            before = Ledgers.snapshotOf(aggregator);
            exchanges = aggregator.exchanges().latest(Long.MAX_VALUE, 10);
            health = aggregator.health();
        }
        Files.delete(folder.resolve("checkpoint")); // so that recovery reads all of them
        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            Snapshot after = aggregator.latest();
            LedgerHealth healthAfter = aggregator.health();

            assertThat(before.refused()).isPositive();
            assertThat(after.refused()).isEqualTo(before.refused());
            assertThat(closedCounts(after)).isEqualTo(closedCounts(before));
            assertThat(closedCounts(after).stream().mapToLong(Long::longValue).sum())
                    .isEqualTo(before.sessionsOpened());
            assertThat(aggregator.exchanges().latest(Long.MAX_VALUE, 10))
                    .isEqualTo(exchanges)
                    .hasSize(10);
            assertThat(healthAfter.countingSinceMillis())
                    .isEqualTo(health.countingSinceMillis())
                    .isPositive();
            assertThat(healthAfter.syncedAtMillis()).isGreaterThanOrEqualTo(health.syncedAtMillis());
            assertThat(healthAfter.freeBytes()).isPositive();
        }
        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            assertThat(closedCounts(aggregator.latest()))
                    .as("out of the checkpoint")
                    .isEqualTo(closedCounts(before));
            assertThat(aggregator.latest().refused()).isEqualTo(before.refused());
            assertThat(aggregator.exchanges().latest(Long.MAX_VALUE, 10)).isEmpty();
        }
    }

    private static List<Long> closedCounts(Snapshot snapshot) {
        List<Long> counts = new ArrayList<>();
        for (SessionProtocol protocol : SessionProtocol.values()) {
            for (CloseReason reason : CloseReason.values()) {
                counts.add(snapshot.closedCounts().count(protocol, reason));
            }
        }
        return counts;
    }

    @Test
    void everyHoursFileBeginsWithASealAndHasACheckpointAfterItsFirstBatch() throws Exception {
        AtomicLong clock = new AtomicLong(1_700_000_000_000L);
        EventBus bus = EventBus.create(64);
        Path copies = folder.resolve("copies");
        List<Path> files;
        Path journal = folder.resolve("journal");
        try (Aggregator aggregator = Aggregator.open(
                bus,
                Ledgers.config(journal).withSeals(folder.resolve("seal"), Duration.ofSeconds(2)),
                ChronicleJournal::open,
                clock::get,
                () -> Long.MAX_VALUE)) {
            LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, clock::get);
            for (int hour = 0; hour < 3; hour++) {
                for (int i = 0; i < 5; i++) {
                    SessionMeter meter = publisher.open(opened(bus.sessionIds().next(), SessionProtocol.HTTP));
                    meter.up(hour + i);
                    publisher.publishPending();
                    Ledgers.snapshotOf(aggregator);
                }
                clock.addAndGet(3_600_000);
            }
            try (Stream<Path> all = Files.list(journal)) {
                files = all.filter(file -> file.toString().endsWith(".cq4"))
                        .sorted()
                        .toList();
            }
            assertThat(checkpointsIn(journal)).isEqualTo(2);
            for (int i = 0; i < files.size(); i++) {
                Path alone = Files.createDirectories(copies.resolve("" + i));
                Files.copy(files.get(i), alone.resolve(files.get(i).getFileName()));
            }
        }

        assertThat(files).hasSize(3);
        SealedRecords sealed = SealedRecords.of(journal);
        assertThat(sealed.files()).as("the stop came another hour later").hasSize(4);
        assertThat(sealed.filesThatBeginWithASeal()).hasSize(3);
        assertThat(sealed.isSealedToItsEnd()).isTrue();
        for (int i = 0; i < files.size(); i++) {
            LedgerFold fold = new LedgerFold();
            try (JournalReader reader = JournalReader.open(copies.resolve("" + i))) {
                reader.read(fold, ReadProgress.NONE);
            }
            assertThat(fold.isStarted()).as("file " + i).isTrue();
            assertThat(fold.openCount()).as("file " + i).isEqualTo(5 * (i + 1));
        }
    }

    private static long checkpointsIn(Path journal) {
        RecordedEvents events = new RecordedEvents();
        try (JournalReader reader = JournalReader.open(journal)) {
            reader.read(events, ReadProgress.NONE);
        }
        return events.list().stream()
                .filter(each -> each.event() instanceof CheckpointEnded)
                .count();
    }

    @Test
    void aCleanRestartGoesOnWithTotalsAndWastesNoSessionId() throws Exception {
        Tally first;
        long nextId;
        String node;
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            first = new EventStorm(bus, 8, 1, 2_000, 0).run();
            nextId = bus.sessionIds().peek();
            node = aggregator.health().nodeId();
        }

        EventBus again = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(again, Ledgers.config(folder))) {
            assertThat(aggregator.latest().totals()).isEqualTo(first);
            assertThat(again.sessionIds().next()).isEqualTo(nextId).isNotEqualTo(SessionIds.NONE);
            assertThat(aggregator.health().boot()).isEqualTo(2);
            assertThat(aggregator.health().nodeId()).isEqualTo(node);
        }
    }

    @Test
    void aSecondWriterIsRefusedAndAReaderIsNot() throws Exception {
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            assertThatThrownBy(() -> Aggregator.open(EventBus.create(64), Ledgers.config(folder)))
                    .isInstanceOfSatisfying(
                            JournalException.class, e -> assertThat(e.kind()).isEqualTo(FaultKind.LOCKED))
                    .hasMessageContaining("somebody else writes it")
                    .hasMessageContaining("weir audit works beside a writer");

            LedgerFold reader = new LedgerFold();
            try (JournalReader journal = JournalReader.open(folder)) {
                journal.read(reader, ReadProgress.NONE);
                new EventStorm(bus, 9, 1, 500, 0).run();
                Ledgers.snapshotOf(aggregator);
                ReadOutcome more = journal.read(reader, ReadProgress.NONE);

                assertThat(more.isClean()).isTrue();
                assertThat(reader.sequence()).isEqualTo(aggregator.health().sequence());
                assertThat(reader.totals()).isEqualTo(aggregator.latest().totals());
            }
        }
    }

    @Test
    void whatWasWrittenIsSyncedWithinTheIntervalEvenIfNothingMoreComes() throws Exception {
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            new EventStorm(bus, 10, 1, 500, 0).run();
            long sequence = Ledgers.snapshotOf(aggregator).sequence();

            await().atMost(5, TimeUnit.SECONDS).until(() -> aggregator.health().syncedSequence() >= sequence);
        }
    }

    @Test
    void aSnapshotHasEverythingThatWasPublishedBeforeItWasAskedFor() throws Exception {
        EventBus bus = EventBus.create(64);
        LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            for (int session = 1; session <= 300; session++) {
                long id = bus.sessionIds().next();
                publisher.publish(new SessionOpened(id, 0, SessionProtocol.HTTP, "GET", "a", "http://a/", "c:1", ""));
                publisher.publish(new BytesTransferred(id, new Tally(10, 0, 0, 0, 0, 0)));

                assertThat(Ledgers.snapshotOf(aggregator).totals().up()).isEqualTo(10L * session);

                publisher.publish(new SessionClosed(id, CloseReason.COMPLETED, 200, new Tally(10, 0, 0, 0, 0, 0)));
            }
        }
    }

    @Test
    void aViolationIsJournaledAndSurvivesARestart() throws Exception {
        EventBus bus = EventBus.create(64);
        LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            long id = bus.sessionIds().next();
            publisher.publish(new SessionOpened(id, 0, SessionProtocol.HTTP, "GET", "a", "http://a/", "c:1", ""));
            publisher.publish(new BytesTransferred(id, new Tally(10, 0, 0, 0, 0, 0)));
            publisher.publish(new SessionClosed(id, CloseReason.COMPLETED, 200, new Tally(11, 0, 0, 0, 0, 0)));
            await().atMost(10, TimeUnit.SECONDS).until(() -> aggregator.health().violations() == 1);
        }

        LedgerFold replayed = Ledgers.replay(folder);
        assertThat(replayed.violations()).isEqualTo(1);
        assertThat(replayed.violationsRecorded()).isEqualTo(1);
        try (Aggregator aggregator = Aggregator.open(EventBus.create(64), Ledgers.config(folder))) {
            assertThat(aggregator.latest().violations()).isEqualTo(1);
        }
    }

    @Test
    void checkpointsAndReservationsAreJournaledWithoutDisturbingTheFold() throws Exception {
        AggregatorConfig defaults = Ledgers.config(folder);
        AggregatorConfig often = new AggregatorConfig(
                folder,
                "test",
                Duration.ofMillis(5),
                defaults.tick(),
                0,
                100,
                defaults.checkpointInterval(),
                defaults.retryInterval(),
                defaults.heldEvents(),
                defaults.sealFolder(),
                defaults.sealInterval(),
                RetentionPolicy.KEEP_ALL);
        EventBus bus = EventBus.create(64);
        long granted;
        Tally counted;
        try (Aggregator aggregator = Aggregator.open(bus, often)) {
            counted = new EventStorm(bus, 12, 2, 3_000, 0.5).run();
            assertThat(Ledgers.snapshotOf(aggregator).totals()).isEqualTo(counted);
            granted = bus.sessionIds().grantedBelow();
            bus.sessionIds().startAt(granted - 10);
            await().atMost(10, TimeUnit.SECONDS).until(() -> bus.sessionIds().grantedBelow() > granted);
        }

        LedgerFold replayed = Ledgers.replay(folder);
        assertThat(replayed.violationList()).isEmpty();
        assertThat(replayed.totals()).isEqualTo(counted);
        assertThat(replayed.idsReservedBelow()).isEqualTo(granted - 10);
    }

    @Test
    void anIdleLedgerCostsNoTime() {
        EventBus bus = EventBus.create(64);
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            long thread = Thread.getAllStackTraces().keySet().stream()
                    .filter(each -> each.getName().equals("weir-aggregator"))
                    .findFirst()
                    .orElseThrow()
                    .getId();
            ThreadMXBean threads = ManagementFactory.getThreadMXBean();
            await().pollDelay(500, TimeUnit.MILLISECONDS)
                    .until(() -> aggregator.health().sequence() > 0);
            long before = threads.getThreadCpuTime(thread);

            await().pollDelay(2, TimeUnit.SECONDS)
                    .until(() -> aggregator.health().sequence() > 0);

            assertThat(threads.getThreadCpuTime(thread) - before).isLessThan(TimeUnit.MILLISECONDS.toNanos(40));
        }
    }

    @Test
    void theQueueThatWritesTheJournalCannotPhoneHome() {
        assertThatThrownBy(() -> Class.forName("net.openhft.chronicle.analytics.Analytics"))
                .isInstanceOf(ClassNotFoundException.class);
    }
}
