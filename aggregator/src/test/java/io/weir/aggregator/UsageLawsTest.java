package io.weir.aggregator;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.care.JournalCompaction;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What users have used is the sum of their root sessions' bytes by period, whoever folds it, from wherever. */
class UsageLawsTest {
    private static final long NEVER = Long.MAX_VALUE;

    @TempDir
    Path folder;

    /** An event as it was read; a delta has no event. */
    private record Read(
            long sequence, long atMillis, @Nullable LedgerEvent event, long sessionId, Counts delta) {
        void into(LedgerFold fold, long later) {
            if (event != null) {
                fold.event(sequence + later, atMillis, event);
            } else {
                fold.transferred(sequence + later, atMillis, sessionId, delta);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void usageIsTheSumOfRootSessionsByUserAndPeriodHoweverTheClockGoes(long seed) throws Exception {
        UsageStory story = told(seed, 300);

        assertThat(story.fold.violations()).isZero();
        assertThat(story.fold.usage()).extracting(OfUser::user).containsExactlyElementsOf(story.used.keySet());
        for (OfUser each : story.fold.usage()) {
            Map<String, Long> expected = requireNonNull(story.used.get(each.user()));
            assertThat(each.days())
                    .isNotEmpty()
                    .allSatisfy(sum -> assertThat(sum.bytes()).isEqualTo(expected.get(Periods.dayText(sum.period()))));
            assertThat(each.months())
                    .isNotEmpty()
                    .allSatisfy(
                            sum -> assertThat(sum.bytes()).isEqualTo(expected.get(Periods.monthText(sum.period()))));
        }
        List<Sum> months = story.fold.usage().stream()
                .flatMap(each -> each.months().stream())
                .toList();
        assertThat(months).extracting(Sum::period).contains(Periods.month(Periods.day(0)) + 12 * 56 + 10L);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13})
    void replayEqualsLiveFromEveryPlaceAtWhichAReaderMayBegin(long seed) throws Exception {
        UsageStory story = told(seed, 200);
        List<Read> events = read();
        int startedLate = 0;
        for (int from = 0; from < events.size(); from += 3) {
            LedgerFold late = new LedgerFold();
            events.subList(from, events.size()).forEach(each -> each.into(late, 0));
            if (late.isStarted()) {
                startedLate++;
                assertThat(late.violations()).isZero();
                assertThat(late.usage()).isEqualTo(story.fold.usage());
                assertThat(late.digest()).isEqualTo(story.fold.digest());
            }
        }
        assertThat(startedLate).isGreaterThan(10);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23})
    void aCheckpointAtAnyPlaceSaysAllOfIt(long seed) throws Exception {
        UsageStory story = told(seed, 120);
        List<Read> events = read();
        for (int place = 1; place <= events.size(); place += 7) {
            LedgerFold whole = new LedgerFold();
            LedgerFold late = new LedgerFold();
            events.subList(0, place).forEach(each -> each.into(whole, 0));
            if (isInCheckpoint(events, place)) {
                continue;
            }
            long later = checkpoint(whole, late);
            assertThat(late.digest()).isEqualTo(whole.digest());
            for (Read each : events.subList(place, events.size())) {
                if (isOfCheckpoint(each)) {
                    later--; // sequences follow each other
                } else {
                    each.into(whole, later);
                    each.into(late, later);
                }
            }
            assertThat(whole.violations() + late.violations()).isZero();
            assertThat(late.usage()).isEqualTo(whole.usage()).isEqualTo(story.fold.usage());
            assertThat(late.digest()).isEqualTo(whole.digest());
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33})
    void compactingKeepsIt(long seed) throws Exception {
        UsageStory story = told(seed, 200);
        Path to = folder.resolve("compacted");

        JournalCompaction.Result result =
                JournalCompaction.compact(folder.resolve("journal"), to, null, NEVER, ReadProgress.NONE);

        assertThat(result.after()).isLessThan(result.before());
        assertThat(result.digest()).isEqualTo(story.fold.digest());
        assertThat(Ledgers.replay(to).usage()).isEqualTo(story.fold.usage());
    }

    private UsageStory told(long seed, int steps) throws Exception {
        Path journalFolder = folder.resolve("journal");
        try (JournalLock lock = JournalLock.acquire(journalFolder);
                FailingJournal journal = new FailingJournal()) {
            journal.open(lock, JournalPosition.BEGINNING, () -> 1_800_000_000_000L);
            UsageStory story = new UsageStory(seed, journal, journalFolder);
            story.tell(steps);
            return story;
        }
    }

    private List<Read> read() {
        List<Read> events = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(folder.resolve("journal"))) {
            reader.read(
                    new EventSink() {
                        @Override
                        public void event(long sequence, long atMillis, LedgerEvent event) {
                            events.add(new Read(sequence, atMillis, event, 0, new Counts()));
                        }

                        @Override
                        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                            Counts copy = new Counts();
                            copy.set(delta);
                            events.add(new Read(sequence, atMillis, null, sessionId, copy));
                        }
                    },
                    ReadProgress.NONE);
        }
        return events;
    }

    private static boolean isOfCheckpoint(Read read) {
        return read.event() != null && read.event().getClass().getSimpleName().startsWith("Checkpoint");
    }

    private static boolean isInCheckpoint(List<Read> events, int place) {
        return place < events.size()
                && isOfCheckpoint(events.get(place))
                && isOfCheckpoint(events.get(place - 1))
                && !(events.get(place - 1).event() instanceof CheckpointEnded);
    }

    /** States all of one fold, to itself and to another. Answers how many events that took. */
    private static long checkpoint(LedgerFold whole, LedgerFold late) {
        List<LedgerEvent> parts = new ArrayList<>();
        parts.add(new CheckpointBegun(
                whole.boot(),
                whole.idsReservedBelow(),
                whole.sessionsOpened(),
                whole.violationsRecorded(),
                whole.totals(),
                whole.openCount()));
        parts.add(whole.eventCounts().toCheckpoint());
        parts.addAll(whole.usages().toCheckpoint());
        whole.forEachOpen(info -> parts.add(new CheckpointSession(
                new SessionOpened(
                        info.id(),
                        info.parentId(),
                        info.protocol(),
                        info.method(),
                        info.host(),
                        info.url(),
                        info.remote(),
                        info.user()),
                info.openedAtMillis(),
                info.originAddress(),
                info.counts())));
        long begin = whole.sequence() + 1;
        parts.add(new CheckpointEnded(begin));
        for (int i = 0; i < parts.size(); i++) {
            whole.event(begin + i, whole.atMillis(), parts.get(i));
            late.event(begin + i, whole.atMillis(), parts.get(i));
        }
        return parts.size();
    }
}
