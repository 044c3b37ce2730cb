package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.RecordedExchange;
import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.history.ToldStory.Life;
import io.weir.aggregator.history.ToldStory.Moved;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random stories in real journals, compared with what a model finds that keeps all of it. */
class JournalHistoryTest {
    private static final ScanControl FOR_EVER = () -> true;
    private static final int STEPS = 2_500;

    @TempDir
    Path folder;

    @Test
    void aFolderWithoutAJournalHasNoHistory() {
        JournalHistory history = JournalHistory.of(folder.resolve("none"));

        assertThat(history.closed(SessionFilter.ALL, Long.MAX_VALUE, 10, FOR_EVER))
                .isEqualTo(new ClosedPage(List.of(), false));
        assertThat(history.find(1, 0, FOR_EVER)).isEmpty();
        assertThat(history.timeline(1, 0, 1_000, 10, FOR_EVER).up()).containsOnly(0);
        assertThat(history.exchanges(ExchangeFilter.ALL, Long.MAX_VALUE, 10, FOR_EVER)
                        .exchanges())
                .isEmpty();
        history.closedBetween(0, Long.MAX_VALUE, session -> Objects.requireNonNull(null), FOR_EVER);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void pagesOfEverySizeHaveEachClosedSessionOnceAndTheNewestFirst(long seed) {
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            List<ClosedSession> expected = reversed(teller.story.closed);
            assertThat(JournalFolder.files(folder)).hasSizeGreaterThan(3);
            for (int limit : new int[] {1_000_000, expected.size(), expected.size() - 1, 100, 7, 2, 1}) {
                assertThat(closedInPages(history, SessionFilter.ALL, limit)).isEqualTo(expected);
                assertThat(JournalHistory.of(folder).closed(SessionFilter.ALL, Long.MAX_VALUE, limit, FOR_EVER))
                        .isEqualTo(new ClosedPage(
                                expected.subList(0, Math.min(limit, expected.size())), limit < expected.size()));
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12, 13, 14})
    void aFilterLeavesWhatItMatches(long seed) {
        Random random = new Random(seed);
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            for (int i = 0; i < 40; i++) {
                SessionFilter filter = randomFilter(random, teller);
                List<ClosedSession> expected = reversed(teller.story.closed.stream()
                        .filter(session -> filter.matches(session.info()))
                        .toList());
                JournalHistory asked = random.nextBoolean() ? history : JournalHistory.of(folder);

                assertThat(closedInPages(asked, filter, 1 + random.nextInt(40)))
                        .as(filter.toString())
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {21, 22, 23, 24})
    void whatWasClosedBetweenTwoSequencesComesInItsOrder(long seed) {
        Random random = new Random(seed);
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            for (int i = 0; i < 60; i++) {
                long after = random.nextLong(teller.sequence() + 2) - 1;
                long upTo = i % 7 == 0 ? Long.MAX_VALUE : after + random.nextLong(2_000) - 2;
                List<ClosedSession> found = new ArrayList<>();

                (random.nextBoolean() ? history : JournalHistory.of(folder))
                        .closedBetween(after, upTo, found::add, FOR_EVER);

                assertThat(found)
                        .isEqualTo(teller.story.closed.stream()
                                .filter(session -> session.sequence() > after && session.sequence() <= upTo)
                                .toList());
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {31, 32, 33, 34})
    void aClosedSessionIsFoundWithAnyHintAndNoOtherIs(long seed) {
        Random random = new Random(seed);
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            for (ClosedSession session : teller.story.closed) {
                long id = session.info().id();
                if (random.nextInt(6) == 0) {
                    assertThat(history.find(id, 0, FOR_EVER)).contains(session);
                    assertThat(history.find(id, session.info().closedAtMillis(), FOR_EVER))
                            .contains(session);
                    assertThat(history.find(id, randomTime(random, teller), FOR_EVER))
                            .contains(session);
                }
            }
            for (Life life : teller.story.open()) {
                assertThat(history.find(life.opened.sessionId(), 0, FOR_EVER)).isEmpty();
            }
            assertThat(history.find(1L << 50, 0, FOR_EVER)).isEmpty();
            assertThat(history.find(0, 0, FOR_EVER)).isEmpty();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {41, 42, 43, 44})
    void aTimelineAddsUpToTheCountsOfItsSession(long seed) {
        Random random = new Random(seed);
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            List<Life> lives = new ArrayList<>(teller.story.lives.values());
            for (int i = 0; i < 150; i++) {
                Life life = lives.get(random.nextInt(lives.size()));
                boolean isOwnLife = random.nextInt(3) > 0;
                long from = isOwnLife ? life.openedAtMillis : randomTime(random, teller);
                long to = !isOwnLife
                        ? from + random.nextLong(10_000_000)
                        : life.closedAtMillis == 0 ? teller.now() : Math.max(from, life.closedAtMillis);
                int points = 1 + random.nextInt(300);

                Timeline timeline = history.timeline(life.opened.sessionId(), from, to, points, FOR_EVER);

                assertThat(Arrays.stream(timeline.up()).sum()).isEqualTo(life.sum.up());
                assertThat(Arrays.stream(timeline.down()).sum()).isEqualTo(life.sum.down());
                assertThat(Arrays.stream(timeline.overheadUp()).sum()).isEqualTo(life.sum.overheadUp());
                assertThat(Arrays.stream(timeline.overheadDown()).sum()).isEqualTo(life.sum.overheadDown());
                assertThat(timeline.up()).hasSizeBetween(1, points).isEqualTo(up(life, timeline));
                assertThat(timeline.fromMillis()).isEqualTo(from);
                assertThat(from + timeline.stepMillis() * timeline.up().length).isGreaterThan(to);
            }
        }
    }

    private static long[] up(Life life, Timeline timeline) {
        long[] up = new long[timeline.up().length];
        for (Moved moved : life.moved) {
            long bucket = Math.floorDiv(moved.atMillis() - timeline.fromMillis(), timeline.stepMillis());
            up[(int) Math.max(0, Math.min(up.length - 1, bucket))] +=
                    moved.delta().up();
        }
        return up;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {51, 52, 53, 54})
    void exchangesComeNewestFirstInPagesOfEverySize(long seed) {
        Random random = new Random(seed);
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            List<RecordedExchange> all = reversed(teller.story.exchanges);
            assertThat(exchangesInPages(history, ExchangeFilter.ALL, 1)).isEqualTo(all);
            for (int i = 0; i < 40; i++) {
                ExchangeFilter filter = randomExchangeFilter(random, teller);

                assertThat(exchangesInPages(history, filter, 1 + random.nextInt(40)))
                        .as(filter.toString())
                        .isEqualTo(all.stream().filter(filter::matches).toList());
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {61, 62, 63})
    void pagesLoseAndRepeatNothingWhileTheJournalGrows(long seed) {
        try (StoryTeller teller = told(seed)) {
            JournalHistory history = JournalHistory.of(folder);
            List<ClosedSession> expected = reversed(teller.story.closed);

            List<ClosedSession> found = inPages(before -> {
                ClosedPage page = history.closed(SessionFilter.ALL, before, 25, FOR_EVER);
                teller.tell(60);
                return page;
            });

            assertThat(found).isEqualTo(expected);
            assertThat(closedInPages(history, SessionFilter.ALL, 25)).isEqualTo(reversed(teller.story.closed));
        }
    }

    @Test
    void aJournalIsReadWhileItIsWritten() throws Exception {
        try (StoryTeller teller = told(71)) {
            List<ClosedPage> pages = new ArrayList<>();
            Thread writer = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    teller.tell(20);
                }
            });
            int before = teller.story.closed.size();
            writer.start();
            JournalHistory history = JournalHistory.of(folder);
            while (writer.isAlive()) {
                pages.add(history.closed(SessionFilter.ALL, Long.MAX_VALUE, 30, FOR_EVER));
            }
            writer.join();
            List<ClosedSession> all = teller.story.closed;
            int last = before - 1;
            for (ClosedPage page : pages) {
                int newest = all.indexOf(page.sessions().get(0));
                assertThat(newest).isGreaterThanOrEqualTo(last);
                assertThat(page.sessions()).isEqualTo(reversed(all.subList(newest - 29, newest + 1)));
                last = newest;
            }
        }
    }

    @Test
    void aScanEndsSoonAfterNobodyWaitsForItAnyMore() {
        try (StoryTeller teller = told(81)) {
            JournalHistory history = JournalHistory.of(folder);
            long files = JournalFolder.files(folder).size();
            AtomicInteger asked = new AtomicInteger();
            SessionFilter nothing = new SessionFilter("no such text", "", "", "", null, 0, 0);
            history.closed(nothing, Long.MAX_VALUE, 10, () -> asked.incrementAndGet() > 0);
            assertThat(asked.get()).isGreaterThan((int) (teller.sequence() / 1_024 + files));
            for (int patience = 0; patience < asked.get(); patience += 5) {
                AtomicInteger left = new AtomicInteger(patience);

                assertThatThrownBy(() -> history.closed(nothing, Long.MAX_VALUE, 10, () -> left.getAndDecrement() > 0))
                        .isInstanceOf(HistoryException.class)
                        .hasMessageContaining("narrow the time range");
                assertThat(left.get()).isEqualTo(-1);
            }
        }
    }

    @Test
    void aNarrowRangeOfTimeIsAnsweredWithoutReadingAllOfTheJournal() {
        try (StoryTeller teller = told(91)) {
            long middle = (StoryTeller.BEGIN_MILLIS + teller.now()) / 2;
            AtomicInteger wide = new AtomicInteger();
            AtomicInteger narrow = new AtomicInteger();
            ExchangeFilter all = new ExchangeFilter("no such text", "", "", 0, 0, 0, 0);
            ExchangeFilter some = new ExchangeFilter("no such text", "", "", 0, 0, middle, middle + 1_000);

            JournalHistory.of(folder).exchanges(all, Long.MAX_VALUE, 10, () -> wide.incrementAndGet() > 0);
            JournalHistory.of(folder).exchanges(some, Long.MAX_VALUE, 10, () -> narrow.incrementAndGet() > 0);

            assertThat(narrow.get()).isLessThan(wide.get() / 2);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {101, 102, 103})
    void whatDamageLeavesIsShownAndNothingElse(long seed) throws IOException {
        List<ClosedSession> expected;
        try (StoryTeller teller = told(seed)) {
            expected = reversed(teller.story.closed);
        }
        Random random = new Random(seed);
        List<String> files = JournalFolder.files(folder);
        for (int i = 0; i < 5; i++) {
            Path file = folder.resolve(files.get(random.nextInt(files.size())));
            try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
                damaged.seek(70_000 + random.nextInt(4_000));
                damaged.write(random.nextInt());
            }
        }

        List<Long> found = closedInPages(JournalHistory.of(folder), SessionFilter.ALL, 50).stream()
                .map(ClosedSession::sequence)
                .toList();

        List<Long> all = expected.stream().map(ClosedSession::sequence).toList();
        assertThat(found)
                .isSubsetOf(all)
                .isSortedAccordingTo(Collections.reverseOrder())
                .doesNotHaveDuplicates();
        assertThat(found.size()).isGreaterThan(all.size() / 2);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {111, 112, 113})
    void whereTheOldestFilesWereTakenAwayTheRestIsShownFromItsFirstCheckpointOn(long seed) throws IOException {
        List<ClosedSession> expected;
        try (StoryTeller teller = told(seed)) {
            expected = reversed(teller.story.closed);
        }
        List<String> files = JournalFolder.files(folder);
        for (String name : files.subList(0, files.size() / 2)) {
            Files.delete(folder.resolve(name));
        }

        List<ClosedSession> found = closedInPages(JournalHistory.of(folder), SessionFilter.ALL, 50);

        assertThat(found).isNotEmpty().isEqualTo(expected.subList(0, found.size()));
    }

    @Test
    void aPageHasAtLeastOneRow() {
        assertThatThrownBy(() -> {
                    try (StoryTeller teller = told(121)) {
                        JournalHistory.of(folder).closed(SessionFilter.ALL, teller.sequence(), 0, FOR_EVER);
                    }
                })
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=0");
    }

    private StoryTeller told(long seed) {
        StoryTeller teller = new StoryTeller(folder, seed);
        teller.tell(STEPS);
        return teller;
    }

    private static List<ClosedSession> closedInPages(JournalHistory history, SessionFilter filter, int limit) {
        return inPages(before -> history.closed(filter, before, limit, FOR_EVER));
    }

    private static List<ClosedSession> inPages(LongFunction<ClosedPage> pages) {
        List<ClosedSession> found = new ArrayList<>();
        ClosedPage page = pages.apply(Long.MAX_VALUE);
        found.addAll(page.sessions());
        while (page.more()) {
            page = pages.apply(found.get(found.size() - 1).sequence());
            assertThat(page.sessions()).isNotEmpty();
            found.addAll(page.sessions());
        }
        return found;
    }

    private static List<RecordedExchange> exchangesInPages(JournalHistory history, ExchangeFilter filter, int limit) {
        List<RecordedExchange> found = new ArrayList<>();
        long before = Long.MAX_VALUE;
        ExchangePage page;
        do {
            page = history.exchanges(filter, before, limit, FOR_EVER);
            found.addAll(page.exchanges());
            before = found.isEmpty() ? 0 : found.get(found.size() - 1).sequence();
        } while (page.more());
        return found;
    }

    private static SessionFilter randomFilter(Random random, StoryTeller teller) {
        long from = random.nextBoolean() ? 0 : randomTime(random, teller);
        return new SessionFilter(
                random.nextInt(4) == 0 ? "hOST" + random.nextInt(12) : "",
                random.nextInt(4) == 0 ? "host1" : "",
                random.nextInt(4) == 0 ? "10.0.0.3:" : "",
                random.nextInt(4) == 0 ? "user1" : "",
                random.nextInt(4) == 0 ? SessionProtocol.HTTPS_MITM : null,
                from,
                random.nextBoolean() ? 0 : Math.max(from, StoryTeller.BEGIN_MILLIS) + random.nextLong(10_000_000));
    }

    private static ExchangeFilter randomExchangeFilter(Random random, StoryTeller teller) {
        long from = random.nextBoolean() ? 0 : randomTime(random, teller);
        List<Long> ids = new ArrayList<>(teller.story.lives.keySet());
        return new ExchangeFilter(
                random.nextInt(4) == 0 ? "RESET" : "",
                random.nextInt(4) == 0 ? "host1" : "",
                random.nextInt(4) == 0 ? "get" : "",
                random.nextInt(4) == 0 ? 1 + random.nextInt(5) : random.nextInt(8) == 0 ? 404 : 0,
                random.nextInt(4) == 0 ? ids.get(random.nextInt(ids.size())) : 0,
                from,
                random.nextBoolean() ? 0 : Math.max(from, StoryTeller.BEGIN_MILLIS) + random.nextLong(10_000_000));
    }

    private static long randomTime(Random random, StoryTeller teller) {
        return StoryTeller.BEGIN_MILLIS + random.nextLong(teller.now() - StoryTeller.BEGIN_MILLIS);
    }

    private static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }
}
