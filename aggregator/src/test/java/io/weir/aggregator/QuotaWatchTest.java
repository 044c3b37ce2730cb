package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.QuotaBoard.Spent;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has used up a quota is shown, ended and warned, by the sums that are journaled. */
class QuotaWatchTest {
    private static final long NOON = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();
    private static final long DAY = Periods.DAY_MILLIS;

    @TempDir
    Path folder;

    private final AtomicLong clock = new AtomicLong(NOON);
    private EventBus bus = EventBus.create(64);

    private Aggregator open(QuotaPolicy quotas) {
        bus = EventBus.create(64);
        return Aggregator.open(
                bus, Ledgers.config(folder), quotas, ChronicleJournal::open, clock::get, () -> Long.MAX_VALUE);
    }

    private static QuotaPolicy day(long bytes) {
        return new QuotaPolicy(new Quota(bytes, 0), Map.of("bob", Quota.NONE));
    }

    /** Moves so much in a session of its own, and waits until it is folded. */
    private void use(Aggregator aggregator, String user, long bytes) throws InterruptedException {
        var publisher = new LoopPublisher(bus, (task, delay) -> {}, clock::get);
        SessionMeter meter = publisher.open(new SessionOpened(
                bus.sessionIds().next(), 0, SessionProtocol.HTTP, "GET", "a", "http://a/", "192.0.2.1:5", user));
        meter.down(bytes);
        meter.close(CloseReason.COMPLETED, 200);
        publisher.publishPending();
        Ledgers.snapshotOf(aggregator);
    }

    private boolean isSpent(String user) {
        return bus.quotas().spent(user, clock.get()) != null;
    }

    private static UsageReport usage(Aggregator aggregator) throws InterruptedException {
        BlockingQueue<UsageReport> taken = new LinkedBlockingQueue<>();
        aggregator.requestUsage(taken::add);
        return Objects.requireNonNull(taken.poll(10, TimeUnit.SECONDS), "no usage came");
    }

    private List<QuotaWarned> warnings() {
        List<QuotaWarned> warnings = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(folder)) {
            reader.read(
                    new EventSink() {
                        @Override
                        public void event(long sequence, long atMillis, LedgerEvent event) {
                            if (event instanceof QuotaWarned warning) {
                                warnings.add(warning);
                            }
                        }

                        @Override
                        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
                    },
                    ReadProgress.NONE);
        }
        return warnings;
    }

    @Test
    void whoUsesItUpIsShownOnceAndWarnedOnceAndNobodyElse() throws Exception {
        List<Set<String>> told = new ArrayList<>();
        try (Aggregator aggregator = open(day(1000))) {
            bus.quotas().listen(told::add);
            use(aggregator, "anna", 799);
            use(aggregator, "bob", 5000);
            use(aggregator, "", 5000);
            assertThat(warnings()).isEmpty();
            use(aggregator, "anna", 1);
            use(aggregator, "anna", 199);
            assertThat(isSpent("anna")).isFalse();
            use(aggregator, "anna", 1);

            assertThat(bus.quotas().spent("anna", NOON))
                    .isEqualTo(new Spent("2026-11-26", 1000, NOON - DAY / 2, NOON + DAY / 2));
            use(aggregator, "anna", 1);
            assertThat(isSpent("bob") || isSpent("")).isFalse();
            assertThat(bus.quotas().users(NOON)).isEqualTo(1);
            assertThat(told).containsExactly(Set.of("anna"));
            UsageReport report = usage(aggregator);
            assertThat(report.day()).isEqualTo("2026-11-26");
            assertThat(report.users())
                    .containsExactly(
                            new UsageReport.User(
                                    "anna",
                                    new UsageReport.Use(1001, 1000, true),
                                    new UsageReport.Use(1001, 0, false),
                                    new UserFigures("anna", 0, 1001, 5, 0, 0)),
                            new UsageReport.User(
                                    "bob",
                                    new UsageReport.Use(5000, 0, false),
                                    new UsageReport.Use(5000, 0, false),
                                    new UserFigures("bob", 0, 5000, 1, 0, 0)));
        }
        assertThat(warnings()).containsExactly(new QuotaWarned("anna", "2026-11-26", 800, 1000));
    }

    @Test
    void aRestartResetsNothingAndShowsItBeforeAnybodyIsServed() throws Exception {
        try (Aggregator aggregator = open(day(1000))) {
            use(aggregator, "anna", 1200);
        }
        for (int restart = 0; restart < 3; restart++) {
            List<Set<String>> told = new ArrayList<>();
            try (Aggregator aggregator = open(day(1000))) {
                assertThat(isSpent("anna")).isTrue();
                bus.quotas().listen(told::add);
                assertThat(told).containsExactly(Set.of("anna"));
                assertThat(usage(aggregator).users()).hasSize(1);
            }
        }
        assertThat(warnings()).hasSize(1);
        assertThat(Ledgers.replay(folder).violations()).isZero();
    }

    @Test
    void theNextDayBeginsAnewAndAClockThatStepsBackFindsTheOldOne() throws Exception {
        try (Aggregator aggregator = open(new QuotaPolicy(new Quota(1000, 2500), Map.of()))) {
            use(aggregator, "anna", 1000);
            assertThat(isSpent("anna")).isTrue();
            clock.set(NOON + DAY / 2);
            assertThat(isSpent("anna"))
                    .as("whether anybody has looked again or not")
                    .isFalse();
            use(aggregator, "anna", 900);
            clock.set(NOON + DAY / 2 - 1);
            use(aggregator, "bob", 1);
            assertThat(isSpent("anna")).isTrue();
            clock.set(NOON + DAY);
            use(aggregator, "anna", 700);
            Spent month = Objects.requireNonNull(bus.quotas().spent("anna", clock.get()));
            assertThat(month.period()).isEqualTo("2026-11");
            assertThat(Instant.ofEpochMilli(month.untilMillis())).isEqualTo(Instant.parse("2026-12-01T00:00:00Z"));
        }
        assertThat(warnings()).extracting(QuotaWarned::period).containsExactly("2026-11-26", "2026-11-27", "2026-11");
    }

    @Test
    void otherQuotasTakeEffectWithinATickAndAreWarnedOfAnew() throws Exception {
        List<Set<String>> told = new ArrayList<>();
        try (Aggregator aggregator = open(QuotaPolicy.NONE)) {
            bus.quotas().listen(told::add);
            use(aggregator, "anna", 1000);
            aggregator.quotas(day(1000), 0);
            await().atMost(Duration.ofSeconds(10)).until(() -> isSpent("anna"));
            aggregator.quotas(day(1001), 0);
            await().atMost(Duration.ofSeconds(10)).until(() -> !isSpent("anna"));
            use(aggregator, "anna", 1);
            assertThat(isSpent("anna")).isTrue();
            aggregator.quotas(QuotaPolicy.NONE, 0);
            await().atMost(Duration.ofSeconds(10)).until(() -> !isSpent("anna"));
            assertThat(told).containsExactly(Set.of("anna"), Set.of("anna"));
        }
        assertThat(warnings())
                .containsExactly(
                        new QuotaWarned("anna", "2026-11-26", 1000, 1000),
                        new QuotaWarned("anna", "2026-11-26", 1000, 1001));
    }

    @Test
    void otherQuotasHoldWhenTheConfigurationThatHasThemIsJournaledAndNotBefore() throws Exception {
        try (Aggregator aggregator = open(QuotaPolicy.NONE)) {
            use(aggregator, "anna", 1000);
            aggregator.quotas(day(1000), 2);
            use(aggregator, "anna", 1);
            usage(aggregator);
            assertThat(isSpent("anna")).isFalse();

            new LoopPublisher(bus, (task, delay) -> {}, clock::get).publish(new ConfigChanged(2, "ab", "by=test"));

            await().atMost(Duration.ofSeconds(10)).until(() -> isSpent("anna"));
        }
        assertThat(Ledgers.replay(folder).config().version()).isEqualTo(2);
        assertThat(warnings()).containsExactly(new QuotaWarned("anna", "2026-11-26", 1001, 1000));
    }

    @Test
    void aWarningThatCouldNotBeWrittenIsWrittenOnceWhenItCan(@TempDir Path seals) throws Exception {
        var journal = new FailingJournal();
        bus = EventBus.create(64);
        try (Aggregator aggregator =
                Aggregator.open(bus, sealed(seals), day(1000), journal, clock::get, () -> Long.MAX_VALUE)) {
            journal.turnAndFailAfterNext();
            useAtOnce("anna", 900);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> aggregator.health().state() == JournalState.DEGRADED);
            useAtOnce("anna", 10);
            journal.fail(FailingJournal.Fault.NONE);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> aggregator.health().state() == JournalState.OK);
            use(aggregator, "anna", 1);
        }
        assertThat(warnings()).containsExactly(new QuotaWarned("anna", "2026-11-26", 900, 1000));
    }

    /** A journal whose files begin with a seal. */
    private AggregatorConfig sealed(Path seals) {
        AggregatorConfig plain = Ledgers.config(folder);
        return new AggregatorConfig(
                plain.journalFolder(),
                plain.version(),
                plain.syncInterval(),
                plain.tick(),
                plain.freeSpaceFloorBytes(),
                plain.checkpointEvents(),
                plain.checkpointInterval(),
                plain.retryInterval(),
                plain.heldEvents(),
                seals,
                Duration.ofDays(1),
                plain.retention());
    }

    /** The same in one slot of the ring. */
    private void useAtOnce(String user, long bytes) {
        var publisher = new LoopPublisher(bus, (task, delay) -> {}, clock::get);
        SessionMeter meter = publisher.openSoon(new SessionOpened(
                bus.sessionIds().next(), 0, SessionProtocol.HTTP, "GET", "a", "http://a/", "192.0.2.1:5", user));
        meter.down(bytes);
        meter.close(CloseReason.COMPLETED, 200);
        publisher.publishPending();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void aQuotaIsSpentIfAndOnlyIfTheSumHasReachedIt(long seed) throws Exception {
        var random = new Random(seed);
        long[] used = new long[4];
        long quota = 5000;
        Aggregator aggregator = open(everybody(quota));
        for (int step = 0; step < 120; step++) {
            int user = random.nextInt(used.length);
            int dice = random.nextInt(20);
            if (dice == 0) {
                aggregator.close();
                aggregator = open(everybody(quota));
            } else if (dice == 1) {
                quota = 1L + random.nextInt(20_000);
                aggregator.quotas(everybody(quota), 0);
                usage(aggregator);
            } else {
                int bytes = random.nextInt(400);
                use(aggregator, "user" + user, bytes);
                used[user] += bytes;
            }
            for (int each = 0; each < used.length; each++) {
                assertThat(isSpent("user" + each)).isEqualTo(used[each] >= quota);
            }
        }
        aggregator.close();
        assertThat(Ledgers.replay(folder).violations()).isZero();
    }

    private static QuotaPolicy everybody(long bytes) {
        return new QuotaPolicy(new Quota(0, bytes), Map.of());
    }
}
