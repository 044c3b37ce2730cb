package io.weir.aggregator.history;

import static io.weir.aggregator.history.HistoryLaws.FOR_EVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplayOptions;
import io.weir.aggregator.replay.ReplayRange;
import io.weir.aggregator.replay.ReplaySpeed;
import io.weir.aggregator.replay.ReplayState;
import io.weir.aggregator.replay.ReplayState.Mode;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A replay shows what was: at any event and any instant its state is that of a fold that read everything before. */
class ReplayLawsTest {
    private static final int STEPS = 2_000;
    private static final int LOOKS = 25;

    @TempDir
    Path folder;

    /** Each event's time, by sequence, and the journal folded from its beginning to one of them. */
    private final class Independent implements EventSink {
        private final List<Long> times = new ArrayList<>();
        private final LedgerFold fold = new LedgerFold();
        private final long upTo;

        Independent(long upTo) {
            this.upTo = upTo;
            try (JournalReader reader = JournalReader.open(folder)) {
                reader.read(this, ReadProgress.NONE);
            } catch (EnoughException enough) {
                // there
            }
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            pass(sequence, atMillis);
            fold.event(sequence, atMillis, event);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            pass(sequence, atMillis);
            fold.transferred(sequence, atMillis, sessionId, delta);
        }

        private void pass(long sequence, long atMillis) {
            if (sequence > upTo) {
                throw new EnoughException();
            }
            times.add(atMillis);
        }
    }

    private void tell(long seed) {
        try (var teller = new StoryTeller(folder, seed)) {
            teller.tell(STEPS);
        }
    }

    private ReplayRange range(long first, long last) {
        try (JournalReader reader = JournalReader.open(folder)) {
            var locator = new JournalLocator(folder, JournalFolder.files(folder), reader, ReadProgress.NONE);
            return ReplayRange.of(first, last, locator);
        }
    }

    private Replay paused() {
        return Replay.start(folder, range(1, Long.MAX_VALUE), new ReplayOptions(ReplaySpeed.MAX, Duration.ZERO, true));
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(20, TimeUnit.SECONDS);
    }

    private static Snapshot snapshot(Replay replay) throws Exception {
        var snapshot = new CompletableFuture<Snapshot>();
        replay.requestSnapshot(snapshot::complete);
        return get(snapshot);
    }

    private static List<ConnectionInfo> open(Snapshot snapshot) {
        List<ConnectionInfo> open = new ArrayList<>();
        snapshot.forEachOpen(open::add);
        return open;
    }

    private static void assertSame(Replay replay, LedgerFold expected) throws Exception {
        Snapshot shown = snapshot(replay);
        List<ConnectionInfo> open = new ArrayList<>();
        expected.forEachOpen(open::add);
        assertThat(shown.sequence()).isEqualTo(expected.sequence());
        assertThat(open(shown)).isEqualTo(open);
        assertThat(shown.totals()).isEqualTo(expected.totals());
        assertThat(shown.sessionsOpened()).isEqualTo(expected.sessionsOpened());
        assertThat(get(replay.digestNow())).isEqualTo(expected.digest());
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {201, 202})
    void whereverItIsSentItsStateIsThatOfAFoldFromTheBeginning(long seed) throws Exception {
        tell(seed);
        List<Long> times = new Independent(Long.MAX_VALUE).times;
        Random random = new Random(seed);
        try (Replay replay = paused()) {
            for (int i = 0; i < LOOKS; i++) { // forwards and backwards
                long sequence = 1L + random.nextInt(times.size());
                ReplayState there = get(replay.seekToSequence(sequence));
                assertThat(there.sequence()).isEqualTo(sequence);
                assertThat(there.atMillis()).isEqualTo(times.get((int) sequence - 1));
                assertSame(replay, new Independent(sequence).fold);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {203, 204})
    void whateverTimeItIsSentToItsStateIsThatOfAFoldOfAllUpToThen(long seed) throws Exception {
        tell(seed);
        List<Long> times = new Independent(Long.MAX_VALUE).times;
        Random random = new Random(seed);
        JournalHistory history = JournalHistory.of(folder);
        try (Replay replay = paused()) {
            for (int i = 0; i < LOOKS; i++) {
                long at = random.nextBoolean()
                        ? times.get(random.nextInt(times.size()))
                        : random.nextLong(times.get(0), times.get(times.size() - 1));
                ReplayState there = get(replay.seekTo(at));
                long last = there.sequence();
                assertThat(there.atMillis()).isEqualTo(Math.max(at, times.get((int) last - 1)));
                assertThat(last == times.size() || times.get((int) last) > at).isTrue();
                assertThat(times.get((int) last - 1)).isLessThanOrEqualTo(at);
                LedgerFold expected = new Independent(last).fold;
                assertSame(replay, expected);
                assertThat(history.momentAt(at, FOR_EVER).sequence()).isEqualTo(last);
                assertThat(history.stateAfter(last, FOR_EVER).fold().digest()).isEqualTo(expected.digest());
            }
        }
    }

    @Test
    void playingHaltingAndPlayingOnLeavesNothingOut() throws Exception {
        tell(205);
        Independent whole = new Independent(Long.MAX_VALUE);
        Random random = new Random(205);
        var options = new ReplayOptions(new ReplaySpeed(100_000), Duration.ofMillis(5), true);
        try (Replay replay = Replay.start(folder, range(1, Long.MAX_VALUE), options)) {
            long before = 0;
            while (replay.state().mode() != Mode.ENDED) {
                get(replay.play());
                long some = before + random.nextInt(60); // any place is right: it is halted wherever it is
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> replay.state().sequence() >= some
                                || replay.state().mode() == Mode.ENDED);
                ReplayState halted = get(replay.pause());
                assertThat(halted.sequence()).isGreaterThanOrEqualTo(before);
                if (halted.mode() == Mode.PAUSED) {
                    assertThat(whole.times.get((int) halted.sequence())).isGreaterThan(halted.atMillis());
                }
                before = halted.sequence();
                assertSame(replay, new Independent(before).fold);
                if (random.nextInt(4) == 0) {
                    get(replay.speed(ReplaySpeed.MAX));
                } else {
                    get(replay.speed(new ReplaySpeed(100_000 + random.nextInt(800_000))));
                }
            }
            assertThat(before).isEqualTo(whole.fold.sequence());
        }
    }

    @Test
    void aStepIsOneEvent() throws Exception {
        tell(206);
        List<Long> times = new Independent(Long.MAX_VALUE).times;
        try (Replay replay = paused()) {
            get(replay.seekToSequence(100));
            for (int sequence = 101; sequence < 160; sequence++) {
                ReplayState there = get(replay.step());
                assertThat(there.sequence()).isEqualTo(sequence);
                assertThat(there.atMillis()).isEqualTo(times.get(sequence - 1));
                assertThat(there.mode()).isEqualTo(Mode.PAUSED);
            }
            assertSame(replay, new Independent(159).fold);

            get(replay.seekToSequence(times.size()));
            assertThat(get(replay.step()).mode()).isEqualTo(Mode.ENDED);
            assertThat(get(replay.play()).sequence()).isZero(); // from the beginning
        }
    }

    @Test
    void aPartOfAJournalBeginsAndEndsWhereItIsTold() throws Exception {
        tell(207);
        List<Long> seen = new ArrayList<>();
        EventSink sequences = new EventSink() {
            @Override
            public void event(long sequence, long atMillis, LedgerEvent event) {
                seen.add(sequence);
            }

            @Override
            public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                seen.add(sequence);
            }
        };
        var options = new ReplayOptions(ReplaySpeed.MAX, Duration.ZERO, false);
        try (Replay replay = Replay.start(folder, range(500, 700), options, sequences)) {
            ReplayState end = get(replay.whenEnded());

            assertThat(end.sequence()).isEqualTo(700);
            assertThat(seen).hasSize(201).startsWith(500L).endsWith(700L);
            assertThat(get(replay.seekToSequence(1)).sequence()).isEqualTo(499);
            assertThat(get(replay.seekTo(0)).sequence()).isEqualTo(499);
            assertThat(get(replay.seekTo(Long.MAX_VALUE)).sequence()).isEqualTo(700);
        }
        assertThatThrownBy(() -> Replay.start(folder, range(1_000_000_000, Long.MAX_VALUE), options))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void eachPlaceItIsSentToIsANewRunOfSequences() throws Exception {
        tell(208);
        try (Replay replay = paused()) {
            long first = get(replay.seekToSequence(900)).generation();
            assertThat(snapshot(replay).generation()).isEqualTo(first);
            get(replay.step());
            assertThat(snapshot(replay).generation()).isEqualTo(first);
            get(replay.seekToSequence(900));
            assertThat(snapshot(replay).generation()).isGreaterThan(first);
        }
    }

    @Test
    void theHistoryUpToAnEventTellsNothingOfWhatCameLater() {
        tell(209);
        JournalHistory history = JournalHistory.of(folder);
        List<ClosedSession> all = history.closed(SessionFilter.ALL, Long.MAX_VALUE, 100_000, FOR_EVER)
                .sessions();
        ClosedSession middle = all.get(all.size() / 2);
        JournalHistory then = history.upTo(middle.sequence() - 1);

        assertThat(then.closed(SessionFilter.ALL, Long.MAX_VALUE, 100_000, FOR_EVER)
                        .sessions())
                .isEqualTo(all.subList(all.size() / 2 + 1, all.size()));
        assertThat(then.find(middle.info().id(), middle.info().closedAtMillis(), FOR_EVER))
                .isEmpty();
        assertThat(then.exchanges(ExchangeFilter.ALL, Long.MAX_VALUE, 100_000, FOR_EVER)
                        .exchanges())
                .allMatch(exchange -> exchange.sequence() < middle.sequence());
    }
}
