package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.JournalFolder;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Random stories in real journals, compared with what a model finds that keeps all of it. */
class HistoryLawsTest {
    @TempDir
    Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void theHistoryIsWhatTheJournalWasTold(long seed) {
        check(seed, 10);
    }

    @Tag("slow")
    @ParameterizedTest(name = "seed {0}")
    @MethodSource("manySeeds")
    void theHistoryIsWhatTheJournalWasToldInManyStories(long seed) {
        check(seed, 30);
    }

    static LongStream manySeeds() {
        return LongStream.rangeClosed(1_000, 1_030);
    }

    private void check(long seed, int rounds) {
        try (StoryTeller teller = new StoryTeller(folder, seed)) {
            teller.tell(2_000);
            assertThat(JournalFolder.files(folder)).hasSizeGreaterThan(3);
            HistoryLaws laws = new HistoryLaws(teller, folder, seed);
            laws.pagesOfEverySizeHaveEachClosedSessionOnceAndTheNewestFirst();
            laws.aSessionThatIsNotClosedIsNotFound();
            for (int i = 0; i < rounds; i++) {
                laws.aFilterLeavesWhatItMatches();
                laws.whatWasClosedBetweenTwoSequencesComesInItsOrder();
                laws.aClosedSessionIsFoundWithAnyHint();
                laws.aTimelineAddsUpToTheCountsOfItsSession();
                laws.exchangesComeNewestFirstInPagesOfEverySize();
            }
        }
    }
}
