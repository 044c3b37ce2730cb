package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instants in journals that are longer than what is read of them, whatever the clock did. */
class JournalLocatorTest {
    private static final long BEGIN_MILLIS = 1_700_000_000_000L;
    private static final int RECORDS = 1_500;
    private static final int LOOKS = 30;

    @TempDir
    Path folder;

    private final AtomicLong clock = new AtomicLong(BEGIN_MILLIS);
    private final List<Long> times = new ArrayList<>(); // by sequence, from 1 on

    private void write(long seed, boolean mayStepBack) {
        Random random = new Random(seed);
        EventSink kept = new EventSink() {
            @Override
            public void event(long sequence, long atMillis, LedgerEvent event) {
                times.add(atMillis);
            }

            @Override
            public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
                times.add(atMillis);
            }
        };
        try (RecordingJournal journal = RecordingJournal.open(folder, clock)) {
            for (int i = 0; i < RECORDS; i++) {
                boolean stepsBack = mayStepBack && random.nextInt(50) == 0;
                clock.addAndGet(stepsBack ? -random.nextInt(250_000) : random.nextInt(10_000));
                for (int delta = random.nextInt(100); delta >= 0; delta--) {
                    journal.add(new BytesTransferred(1 + random.nextInt(9), new Tally(1, 2, 0, 0, 1, 2)));
                }
                journal.flush(kept);
            }
        }
        assertThat(times).hasSizeGreaterThan(4 << 14);
        assertThat(JournalFolder.files(folder)).hasSizeGreaterThan(1);
    }

    private List<Moment> momentsAt(List<Long> instants) {
        try (JournalReader reader = JournalReader.open(folder)) {
            var locator = new JournalLocator(folder, JournalFolder.files(folder), reader, ReadProgress.NONE);
            return instants.stream().map(locator::momentAt).toList();
        }
    }

    private List<Long> someInstants(long seed) {
        long latest = times.stream().mapToLong(Long::longValue).max().orElseThrow();
        return new Random(seed)
                .longs(LOOKS, BEGIN_MILLIS - 10_000, latest + 10_000)
                .sorted()
                .boxed()
                .toList();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {501, 502})
    void anInstantMeansTheLastEventThatIsNotLaterWhereTimesNeverStepBack(long seed) {
        write(seed, false);
        List<Long> instants = someInstants(seed);
        List<Moment> moments = momentsAt(instants);

        for (int i = 0; i < LOOKS; i++) {
            long at = instants.get(i);
            long expected = times.stream().filter(time -> time <= at).count();
            assertThat(moments.get(i).sequence()).isEqualTo(expected);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {503, 504})
    void aLaterInstantNeverMeansAnEarlierEventAndWhatFollowsIsLater(long seed) {
        write(seed, true);
        List<Long> instants = someInstants(seed);
        List<Moment> moments = momentsAt(instants);

        assertThat(moments.stream().map(Moment::sequence)).isSorted();
        for (int i = 0; i < LOOKS; i++) {
            int last = (int) moments.get(i).sequence();
            assertThat(last == 0 || times.get(last - 1) <= instants.get(i)).isTrue();
            assertThat(last == times.size() || times.get(last) > instants.get(i))
                    .isTrue();
            assertThat(moments.get(i).atMillis()).isEqualTo(last == 0 ? 0 : times.get(last - 1));
        }
        assertThat(LongStream.of(Long.MIN_VALUE, Long.MAX_VALUE)
                        .boxed()
                        .map(at -> momentsAt(List.of(at)).get(0).sequence()))
                .containsExactly(0L, (long) times.size());
    }
}
