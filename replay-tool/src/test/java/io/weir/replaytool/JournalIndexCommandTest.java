package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.replaytool.SeededJournal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The index is made and made anew, and says nothing to an audit. */
class JournalIndexCommandTest {
    @TempDir
    Path data;

    private Path index() {
        return TestLedger.journal(data).resolve("index");
    }

    private List<Path> indexFiles() throws IOException {
        try (Stream<Path> files = Files.list(index())) {
            return files.sorted().toList();
        }
    }

    @Test
    void theStateIsTheSameWithAnIndexAndWithout() throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(11, 3_000, true));
        String middle = String.valueOf(entries.size() / 2);
        Run before = Run.of(data, "state", "--at", middle);

        Run made = Run.of(data, "journal", "index");

        assertThat(made.err()).isEmpty();
        assertThat(made.status()).isZero();
        assertThat(made.out()).contains("index", "written");
        assertThat(indexFiles()).isNotEmpty();
        assertThat(Run.of(data, "state", "--at", middle)).isEqualTo(before);
    }

    @Test
    void itIsWrittenOnlyWhereItIsBehindUnlessItIsToBeMadeAnew() throws IOException {
        SeededJournal.write(data, RandomDays.steps(12, 1_000, true));
        Run.of(data, "journal", "index");
        byte[] first = Files.readAllBytes(indexFiles().get(0));

        assertThat(Run.of(data, "journal", "index").out()).contains("written    0 bytes");
        Files.write(indexFiles().get(0), new byte[] {1, 2, 3});
        assertThat(Run.of(data, "journal", "index").status()).isZero();
        assertThat(Files.readAllBytes(indexFiles().get(0))).isEqualTo(first);
        assertThat(Run.of(data, "journal", "index", "--rebuild").out()).doesNotContain("written    0 bytes");
        assertThat(Files.readAllBytes(indexFiles().get(0))).isEqualTo(first);
    }

    @Test
    void auditAndVerifySayTheSameWhateverTheIndexHolds() throws IOException {
        SeededJournal.write(data, RandomDays.steps(13, 1_000, true));
        Run audit = Run.of(data, "audit", "--json");
        Run verify = Run.of(data, "verify");
        Run.of(data, "journal", "index");
        for (Path file : indexFiles()) {
            Files.write(file, new byte[1_000]);
        }

        assertThat(Run.of(data, "audit", "--json")).isEqualTo(audit);
        assertThat(Run.of(data, "verify")).isEqualTo(verify);
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        SeededJournal.write(data, RandomDays.steps(14, 200, true));
        Files.write(index(), new byte[1]);

        Run run = Run.of(data, "journal", "index");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("can't be written").contains("index");
    }

    @Test
    void whereThereIsNoJournalNothingIsMade() {
        Run run = Run.of(data.resolve("none"), "journal", "index");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("no such folder");
        assertThat(data.resolve("none")).doesNotExist();
    }
}
