package io.weir.aggregator.history;

import static io.weir.aggregator.history.HistoryLaws.FOR_EVER;
import static io.weir.aggregator.history.HistoryLaws.closedInPages;
import static io.weir.aggregator.history.HistoryLaws.inPages;
import static io.weir.aggregator.history.HistoryLaws.reversed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.journal.JournalFolder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Live, damaged, incomplete and missing journals, and scans that are ended. */
class JournalHistoryTest {
    private static final int STEPS = 1_500;

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
    @ValueSource(longs = {61, 62})
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
            long middle = teller.now();
            teller.tell(4 * STEPS);
            SessionFilter sessions = new SessionFilter("no such", "", "", "", null, 0, 0);
            SessionFilter sessionsThen = new SessionFilter("no such", "", "", "", null, middle, middle + 1_000);
            ExchangeFilter exchanges = new ExchangeFilter("no such", "", "", 0, 0, 0, 0);
            ExchangeFilter exchangesThen = new ExchangeFilter("no such", "", "", 0, 0, middle, middle + 1_000);

            assertThat(timesAsked((history, control) -> history.closed(sessionsThen, Long.MAX_VALUE, 1, control)))
                    .isLessThan(
                            timesAsked((history, control) -> history.closed(sessions, Long.MAX_VALUE, 1, control)) / 2);
            assertThat(timesAsked((history, control) -> history.exchanges(exchangesThen, Long.MAX_VALUE, 1, control)))
                    .isLessThan(
                            timesAsked((history, control) -> history.exchanges(exchanges, Long.MAX_VALUE, 1, control))
                                    / 2);
        }
    }

    /** How often a history that knows nothing yet asks whether to read on: a measure of what it reads. */
    private int timesAsked(BiConsumer<JournalHistory, ScanControl> question) {
        AtomicInteger asked = new AtomicInteger();
        question.accept(JournalHistory.of(folder), () -> asked.incrementAndGet() > 0);
        return asked.get();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {101, 102})
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
    @ValueSource(longs = {111, 112})
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

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {131, 132, 133})
    void whatClosedBetweenTwoSequencesIsAllOfThatOrNoAnswer(long seed) throws IOException {
        List<ClosedSession> closed;
        long end;
        try (StoryTeller teller = told(seed)) {
            closed = List.copyOf(teller.story.closed);
            end = teller.sequence();
        }
        List<String> files = JournalFolder.files(folder);
        Files.delete(folder.resolve(files.get(0)));
        try (RandomAccessFile damaged =
                new RandomAccessFile(folder.resolve(files.get(files.size() / 2)).toFile(), "rw")) {
            damaged.seek(70_000);
            damaged.write(new byte[64]);
        }
        Random random = new Random(seed);
        int answers = 0;
        for (int i = 0; i < 60; i++) {
            long after = random.nextLong(end);
            long upTo = after + random.nextLong(end + 1 - after);

            answers += isAllOrNothing(closed, after, upTo);
        }

        assertThat(answers).isBetween(1, 59);
        assertThat(isAllOrNothing(closed, 0, end)).isZero();
        assertThat(isAllOrNothing(closed, end - 1, end + 1)).isZero();
    }

    private int isAllOrNothing(List<ClosedSession> closed, long after, long upTo) {
        List<ClosedSession> found = new ArrayList<>();
        try {
            JournalHistory.of(folder).closedBetween(after, upTo, found::add, FOR_EVER);
        } catch (HistoryException missing) {
            return 0;
        }
        assertThat(found)
                .isEqualTo(closed.stream()
                        .filter(session -> session.sequence() > after && session.sequence() <= upTo)
                        .toList());
        return 1;
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
}
