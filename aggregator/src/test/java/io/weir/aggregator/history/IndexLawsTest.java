package io.weir.aggregator.history;

import static io.weir.aggregator.history.HistoryLaws.FOR_EVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.TestIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever an index is like, the history is what the journal was told, and states are those of the journal alone. */
class IndexLawsTest {
    private static final long SEED = 301;
    private static final int STEPS = 1_500;
    private static final int ROUNDS = 6;
    private static final int STATES = 25;

    /** What becomes of an index. */
    enum Fate {
        WHOLE,
        STALE,
        GROWN,
        TRUNCATED,
        FLIPPED,
        FOREIGN,
        OF_ANOTHER_FILE,
        EMPTY,
        FORGED
    }

    @TempDir
    Path folder;

    @TempDir
    Path other;

    @ParameterizedTest(name = "{0}")
    @EnumSource(Fate.class)
    void theAnswersAreThoseOfTheJournalWhateverBecameOfTheIndex(Fate fate) throws IOException {
        Random random = new Random(SEED);
        try (StoryTeller teller = new StoryTeller(folder, SEED)) {
            teller.tell(STEPS);
            TestIndex.update(folder);
            if (fate == Fate.STALE || fate == Fate.GROWN) {
                teller.tell(STEPS / 2);
            }
            befall(fate, folder, SEED, random);

            checkHistory(teller, folder, SEED);
            checkStates(teller, folder, random);
        }
    }

    @Tag("slow")
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {2_001, 2_002, 2_003})
    void theAnswersAreThoseOfTheJournalWithManyForgedIndexes(long seed) throws IOException {
        Random random = new Random(seed);
        try (StoryTeller teller = new StoryTeller(folder, seed)) {
            teller.tell(STEPS);
            for (int i = 0; i < 30; i++) {
                deleteIndex(folder);
                TestIndex.update(folder);
                befall(Fate.FORGED, folder, seed, random);

                checkHistory(teller, folder, seed + i);
                checkStates(teller, folder, random);
            }
        }
    }

    private void befall(Fate fate, Path journal, long seed, Random random) throws IOException {
        switch (fate) {
            case WHOLE, STALE -> {}
            case GROWN -> TestIndex.update(journal);
            case FOREIGN -> {
                try (StoryTeller stranger = new StoryTeller(other.resolve(Long.toString(seed)), seed + 50)) {
                    stranger.tell(STEPS);
                }
                TestIndex.update(other.resolve(Long.toString(seed)));
                deleteIndex(journal);
                Files.move(IndexFolder.in(other.resolve(Long.toString(seed))), IndexFolder.in(journal));
            }
            case TRUNCATED, FLIPPED, OF_ANOTHER_FILE, EMPTY, FORGED -> {
                Path first = TestIndex.files(journal).get(0);
                for (Path index : TestIndex.files(journal)) {
                    spoil(fate, index, first, random);
                }
            }
        }
    }

    private static void spoil(Fate fate, Path index, Path another, Random random) throws IOException {
        byte[] bytes = Files.readAllBytes(index);
        switch (fate) {
            case TRUNCATED -> Files.write(index, Arrays.copyOf(bytes, random.nextInt(bytes.length)));
            case EMPTY -> Files.write(index, new byte[0]);
            case OF_ANOTHER_FILE -> {
                if (!index.equals(another)) {
                    Files.write(index, Files.readAllBytes(another));
                }
            }
            case FLIPPED -> {
                bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(index, bytes);
            }
            default -> TestIndex.forge(index, random);
        }
    }

    private static void deleteIndex(Path journal) throws IOException {
        if (Files.exists(IndexFolder.in(journal))) {
            for (Path index : TestIndex.files(journal)) {
                Files.delete(index);
            }
            Files.delete(IndexFolder.in(journal));
        }
    }

    private static void checkHistory(StoryTeller teller, Path journal, long seed) {
        assertThat(JournalFolder.files(journal)).hasSizeGreaterThan(2);
        HistoryLaws laws = new HistoryLaws(teller, journal, seed);
        laws.pagesOfEverySizeHaveEachClosedSessionOnceAndTheNewestFirst();
        laws.aSessionThatIsNotClosedIsNotFound();
        for (int i = 0; i < ROUNDS; i++) {
            laws.aFilterLeavesWhatItMatches();
            laws.whatWasClosedBetweenTwoSequencesComesInItsOrder();
            laws.aClosedSessionIsFoundWithAnyHint();
            laws.aTimelineAddsUpToTheCountsOfItsSession();
            laws.exchangesComeNewestFirstInPagesOfEverySize();
        }
    }

    /** Compares with a copy of the journal that has no index. */
    private void checkStates(StoryTeller teller, Path journal, Random random) throws IOException {
        Path plain = Files.createTempDirectory(other, "plain");
        for (String file : JournalFolder.files(journal)) {
            Files.copy(journal.resolve(file), plain.resolve(file));
        }
        JournalHistory indexed = JournalHistory.of(journal);
        JournalHistory alone = JournalHistory.of(plain);
        for (int i = 0; i < STATES; i++) {
            long sequence = 1 + random.nextLong(teller.sequence());
            PastState expected = alone.stateAfter(sequence, FOR_EVER);
            PastState found = indexed.stateAfter(sequence, FOR_EVER);
            assertThat(found.fold().sequence()).isEqualTo(sequence);
            assertThat(found.fold().digest()).isEqualTo(expected.fold().digest());
            assertThat(found.missing()).isZero();
            assertThat(found.begin().sequence())
                    .isLessThanOrEqualTo(expected.begin().sequence());
            long at = StoryTeller.BEGIN_MILLIS + random.nextLong(teller.now() - StoryTeller.BEGIN_MILLIS);
            assertThat(indexed.momentAt(at, FOR_EVER)).isEqualTo(alone.momentAt(at, FOR_EVER));
        }
    }
}
