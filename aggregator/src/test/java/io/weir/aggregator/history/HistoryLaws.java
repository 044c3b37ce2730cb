package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.RecordedExchange;
import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.history.ToldStory.Life;
import io.weir.aggregator.history.ToldStory.Moved;
import io.weir.eventbus.SessionProtocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;

/** What holds for the history of any journal, checked against the story that was told to it. */
final class HistoryLaws {
    static final ScanControl FOR_EVER = () -> true;

    private final StoryTeller teller;
    private final ToldStory story;
    private final Path folder;
    private final Random random;
    private final JournalHistory history;

    HistoryLaws(StoryTeller teller, Path folder, long seed) {
        this.teller = teller;
        this.story = teller.story;
        this.folder = folder;
        this.random = new Random(seed);
        this.history = JournalHistory.of(folder);
    }

    /** One that was asked before, or one that knows nothing yet. */
    private JournalHistory any() {
        return random.nextBoolean() ? history : JournalHistory.of(folder);
    }

    void pagesOfEverySizeHaveEachClosedSessionOnceAndTheNewestFirst() {
        List<ClosedSession> expected = reversed(story.closed);
        for (int limit : new int[] {1_000_000, expected.size(), expected.size() - 1, 30, 1 + random.nextInt(9)}) {
            assertThat(closedInPages(any(), SessionFilter.ALL, limit)).isEqualTo(expected);
            assertThat(JournalHistory.of(folder).closed(SessionFilter.ALL, Long.MAX_VALUE, limit, FOR_EVER))
                    .isEqualTo(new ClosedPage(
                            expected.subList(0, Math.min(limit, expected.size())), limit < expected.size()));
        }
    }

    void aFilterLeavesWhatItMatches() {
        SessionFilter filter = randomFilter();

        assertThat(closedInPages(any(), filter, 1 + random.nextInt(40)))
                .as(filter.toString())
                .isEqualTo(reversed(story.closed).stream()
                        .filter(session -> filter.matches(session.info()))
                        .toList());
    }

    void whatWasClosedBetweenTwoSequencesComesInItsOrder() {
        long after = random.nextLong(teller.sequence() + 2) - 1;
        long upTo = random.nextInt(7) == 0
                ? Long.MAX_VALUE
                : Math.min(teller.sequence(), after + random.nextLong(2_000) - 2);
        List<ClosedSession> found = new ArrayList<>();

        any().closedBetween(after, upTo, found::add, FOR_EVER);

        assertThat(found)
                .isEqualTo(story.closed.stream()
                        .filter(session -> session.sequence() > after && session.sequence() <= upTo)
                        .toList());
    }

    void aClosedSessionIsFoundWithAnyHint() {
        ClosedSession session = story.closed.get(random.nextInt(story.closed.size()));
        long id = session.info().id();

        assertThat(any().find(id, 0, FOR_EVER)).contains(session);
        assertThat(any().find(id, session.info().closedAtMillis(), FOR_EVER)).contains(session);
        assertThat(any().find(id, randomTime(), FOR_EVER)).contains(session);
    }

    void aSessionThatIsNotClosedIsNotFound() {
        for (Life life : story.open()) {
            assertThat(any().find(life.opened.sessionId(), 0, FOR_EVER)).isEmpty();
        }
        assertThat(any().find(1L << 50, randomTime(), FOR_EVER)).isEmpty();
        assertThat(any().find(0, 0, FOR_EVER)).isEmpty();
    }

    void aTimelineAddsUpToTheCountsOfItsSession() {
        List<Life> lives = new ArrayList<>(story.lives.values());
        Life life = lives.get(random.nextInt(lives.size()));
        long end = life.closedAtMillis == 0 ? teller.now() : life.closedAtMillis;
        boolean isItsLife = random.nextInt(3) > 0;
        long from = isItsLife ? life.openedAtMillis : randomTime();
        long to = isItsLife ? Math.max(from, end) : from + random.nextLong(10_000_000);
        int points = 1 + random.nextInt(300);

        Timeline timeline = any().timeline(life.opened.sessionId(), from, to, points, FOR_EVER);

        assertThat(Arrays.stream(timeline.up()).sum()).isEqualTo(life.sum.up());
        assertThat(Arrays.stream(timeline.down()).sum()).isEqualTo(life.sum.down());
        assertThat(Arrays.stream(timeline.overheadUp()).sum()).isEqualTo(life.sum.overheadUp());
        assertThat(Arrays.stream(timeline.overheadDown()).sum()).isEqualTo(life.sum.overheadDown());
        assertThat(timeline.up()).hasSizeBetween(1, points).isEqualTo(up(life, timeline));
        assertThat(timeline.fromMillis()).isEqualTo(from);
        assertThat(from + timeline.stepMillis() * timeline.up().length).isGreaterThan(to);
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

    void exchangesComeNewestFirstInPagesOfEverySize() {
        ExchangeFilter filter = random.nextInt(5) == 0 ? ExchangeFilter.ALL : randomExchangeFilter();

        assertThat(exchangesInPages(any(), filter, 1 + random.nextInt(40)))
                .as(filter.toString())
                .isEqualTo(reversed(story.exchanges).stream()
                        .filter(filter::matches)
                        .toList());
    }

    static List<ClosedSession> closedInPages(JournalHistory history, SessionFilter filter, int limit) {
        return inPages(before -> history.closed(filter, before, limit, FOR_EVER));
    }

    static List<ClosedSession> inPages(LongFunction<ClosedPage> pages) {
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

    private SessionFilter randomFilter() {
        long from = random.nextBoolean() ? 0 : randomTime();
        return new SessionFilter(
                random.nextInt(4) == 0 ? "hOST" + random.nextInt(12) : "",
                random.nextInt(4) == 0 ? "host1" : "",
                random.nextInt(4) == 0 ? "10.0.0.3:" : "",
                random.nextInt(4) == 0 ? "user1" : "",
                random.nextInt(4) == 0 ? SessionProtocol.HTTPS_MITM : null,
                from,
                random.nextBoolean() ? 0 : Math.max(from, StoryTeller.BEGIN_MILLIS) + random.nextLong(10_000_000));
    }

    private ExchangeFilter randomExchangeFilter() {
        long from = random.nextBoolean() ? 0 : randomTime();
        List<Long> ids = new ArrayList<>(story.lives.keySet());
        return new ExchangeFilter(
                random.nextInt(4) == 0 ? "RESET" : "",
                random.nextInt(4) == 0 ? "host1" : "",
                random.nextInt(4) == 0 ? "get" : "",
                random.nextInt(4) == 0 ? 1 + random.nextInt(5) : random.nextInt(8) == 0 ? 404 : 0,
                random.nextInt(4) == 0 ? ids.get(random.nextInt(ids.size())) : 0,
                from,
                random.nextBoolean() ? 0 : Math.max(from, StoryTeller.BEGIN_MILLIS) + random.nextLong(10_000_000));
    }

    private long randomTime() {
        return StoryTeller.BEGIN_MILLIS + random.nextLong(teller.now() - StoryTeller.BEGIN_MILLIS);
    }

    static <T> List<T> reversed(List<T> list) {
        List<T> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        return reversed;
    }
}
