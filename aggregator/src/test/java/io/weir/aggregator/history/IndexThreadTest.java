package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.SessionFilter;
import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index is made beside a writer that goes on from hour to hour, and what was left there or can't be written hurts nobody. */
@Tag("jdk")
class IndexThreadTest {
    private static final Duration INTERVAL = Duration.ofMillis(2);

    @TempDir
    Path folder;

    @Test
    void filesThatEndedHaveAnIndexWhileTheWriterGoesOn() {
        try (StoryTeller teller = new StoryTeller(folder, 401)) {
            IndexThread index = IndexThread.start(folder, INTERVAL);
            for (int i = 0; i < 40; i++) {
                teller.tell(40);
                JournalHistory.of(folder).closed(SessionFilter.ALL, Long.MAX_VALUE, 20, HistoryLaws.FOR_EVER);
            }
            List<String> files = JournalFolder.files(folder);
            assertThat(files).hasSizeGreaterThan(3);

            await().until(() -> files.subList(0, files.size() - 1).stream()
                    .allMatch(file -> IndexFolder.read(folder, file).isPresent()));

            HistoryLaws laws = new HistoryLaws(teller, folder, 401);
            laws.pagesOfEverySizeHaveEachClosedSessionOnceAndTheNewestFirst();
            laws.aClosedSessionIsFoundWithAnyHint();
            laws.aTimelineAddsUpToTheCountsOfItsSession();
            index.close();
        }
    }

    @Test
    void whatAKilledBuilderLeftIsSweptAndOtherFilesAreNot() throws IOException {
        Path index = Files.createDirectories(IndexFolder.in(folder));
        Path half = Files.write(index.resolve("20231114-22F.cq4.idx.tmp"), new byte[100]);
        Path orphan = Files.write(index.resolve("19990101-00F.cq4.idx"), new byte[100]);
        Path foreign = Files.write(index.resolve("notes.txt"), new byte[1]);
        try (StoryTeller teller = new StoryTeller(folder, 402)) {
            IndexThread thread = IndexThread.start(folder, INTERVAL);
            teller.tell(100);

            await().until(() -> !Files.exists(half) && !Files.exists(orphan));

            assertThat(foreign).exists();
            thread.close();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNoFailure() throws IOException {
        try (StoryTeller teller = new StoryTeller(folder, 403)) {
            teller.tell(1_000);
            Files.write(IndexFolder.in(folder), new byte[1]); // a file where the folder belongs
            IndexThread index = IndexThread.start(folder, INTERVAL);
            teller.tell(300);
            new HistoryLaws(teller, folder, 403).aClosedSessionIsFoundWithAnyHint();
            index.close();

            assertThat(IndexFolder.in(folder)).isRegularFile();
            Files.delete(IndexFolder.in(folder));
            IndexThread again = IndexThread.start(folder, INTERVAL);
            await().until(() -> Files.isDirectory(IndexFolder.in(folder)));
            again.close();
        }
    }
}
