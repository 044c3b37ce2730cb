package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.replaytool.SeededJournal.Entry;
import io.weir.replaytool.SeededJournal.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands say of a journal that is damaged: never that all is well, and as much as is left. */
class DamagedHistoryTest {
    @TempDir
    Path folder;

    /** Some steps with checkpoints, all in one hour and so in one file. */
    private static List<Step> stepsOfAnHour(long seed) {
        List<Step> steps = new ArrayList<>();
        for (Step step : RandomDays.steps(seed, 200, false)) {
            steps.add(new Step(TestLedger.BEGIN_MILLIS + steps.size(), step.event()));
            if (steps.size() % 60 == 0) {
                steps.add(new Step(TestLedger.BEGIN_MILLIS + steps.size(), SeededJournal.CHECKPOINT));
            }
        }
        return steps;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void aFlippedBitNeverPassesForTheTruth(long seed) throws IOException {
        List<Step> steps = stepsOfAnHour(seed);
        Path whole = folder.resolve("whole");
        List<Entry> entries = SeededJournal.write(whole, steps);
        int records = CycleFileEditor.of(whole).records().size();
        Random random = new Random(seed);

        for (int record = random.nextInt(15); record < records - 1; record += 15) {
            Path data = folder.resolve("flipped" + record);
            copy(TestLedger.journal(whole), TestLedger.journal(data));
            CycleFileEditor file = CycleFileEditor.of(data);
            file.flipBit(file.records().get(record) + 4 + random.nextInt(4));

            assertStateIsTrueOrDoubted(data, entries, entries.size());
            assertStateIsTrueOrDoubted(data, entries, 1L + random.nextInt(entries.size()));
            assertExportHasTheRest(data, entries);
            assertThat(Run.plain("diff", whole.toString(), data.toString()).status())
                    .isEqualTo(1);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
            }
        }
    }

    private static void assertStateIsTrueOrDoubted(Path data, List<Entry> entries, long sequence) {
        Run state = Run.of(data, "state", "--json", "--at", String.valueOf(sequence));

        assertThat(state.status()).isIn(0, 1, 2);
        if (state.status() == 0) {
            String expected = StateCommandTest.foldOf(entries, sequence).digest();
            assertThat(state.json()).containsEntry("hash", expected);
        } else {
            assertThat(state.err()).isNotBlank();
        }
    }

    private void assertExportHasTheRest(Path data, List<Entry> entries) throws IOException {
        Path out = data.resolve("out.jsonl");

        Run export = Run.of(data, "export", "events", "--out", out.toString());

        assertThat(export.status()).isEqualTo(1);
        assertThat(export.err()).contains(": record at offset", "events 1 to " + entries.size());
        assertThat(Files.readAllLines(out)).hasSizeBetween(entries.size() - 60, entries.size() - 1);
    }

    @Test
    void whatALaterVersionWroteStopsEachCommand() {
        Path data = folder.resolve("data");
        SeededJournal.write(data, stepsOfAnHour(3));
        CycleFileEditor file = CycleFileEditor.of(data);
        file.raiseVersion(file.records().get(20));

        assertThat(Run.of(
                                data,
                                "export",
                                "events",
                                "--out",
                                folder.resolve("out").toString())
                        .status())
                .isEqualTo(2);
        assertThat(Run.of(data, "audit", "--by", "host").status()).isEqualTo(2);
        assertThat(Run.of(data, "state", "--at", "100").status()).isNotZero();
        assertThat(Run.of(data, "diff", "--range-a", "1..10", "--range-b", "1..")
                        .status())
                .isEqualTo(2);
    }

    @Test
    void aJournalThatIsEmptyOrNotThereIsSaid() throws IOException {
        Path none = folder.resolve("none");
        Files.createDirectories(TestLedger.journal(folder.resolve("empty")));

        for (Path data : List.of(none, folder.resolve("empty"))) {
            assertThat(Run.of(data, "audit", "--by", "host").status()).isEqualTo(2);
            assertThat(Run.of(data, "state").status()).isEqualTo(2);
            assertThat(Run.of(data, "diff", none.toString()).status()).isEqualTo(2);
            assertThat(Run.of(
                                    data,
                                    "export",
                                    "events",
                                    "--out",
                                    folder.resolve("out").toString())
                            .status())
                    .isEqualTo(2);
        }
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aFileThatCanNotBeReadIsSaid() throws IOException {
        Path data = folder.resolve("data");
        SeededJournal.write(data, stepsOfAnHour(4));
        Files.createDirectory(TestLedger.journal(data).resolve("20990101-00F.cq4"));

        assertThat(Run.of(data, "state").err()).contains("20990101-00F.cq4");
        assertThat(Run.of(data, "state").status()).isEqualTo(2);
        assertThat(Run.of(data, "export", "events", "--out", "-").status()).isEqualTo(2);
        assertThat(Run.of(data, "audit", "--by", "day").status()).isEqualTo(2);
    }
}
