package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.UpTo;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.replaytool.SeededJournal.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("jdk")
class ParquetExportTest {
    private static final List<String> COUNTS =
            List.of("up", "down", "overheadUp", "overheadDown", "originUp", "originDown");
    private static final int SMALL_PART_BYTES = 4_000;

    @TempDir
    Path data;

    @TempDir
    Path outs;

    private Run export(String kind, String format, Path out, String... more) {
        List<String> arguments = new ArrayList<>(List.of("export", kind, "--format", format, "--out", out.toString()));
        arguments.addAll(List.of(more));
        return Run.of(data, arguments.toArray(String[]::new));
    }

    private List<Map<String, Object>> jsonRows(String kind) throws IOException {
        Path out = outs.resolve(kind + ".jsonl");
        assertThat(export(kind, "jsonl", out).status()).isZero();
        return JsonObjects.parse(Files.readString(out));
    }

    private static Map<String, Object> asSession(Map<String, Object> json) {
        Map<String, Object> row = new LinkedHashMap<>(json);
        row.replaceAll((name, value) -> switch (name) {
            case "openedAt", "closedAt" -> Instant.parse((String) value).toEpochMilli();
            case "status" -> ((Long) value).intValue();
            default -> value;
        });
        return row;
    }

    @Test
    void aSessionsRowHasTheValuesOfTheJsonLines() throws IOException {
        SeededJournal.write(data, RandomDays.steps(31, 2_000, true));
        Path out = outs.resolve("sessions");

        Run run = export("sessions", "parquet", out);

        assertThat(run.status()).as(run.err()).isZero();
        List<Map<String, Object>> expected =
                jsonRows("sessions").stream().map(ParquetExportTest::asSession).toList();
        List<Map<String, Object>> rows = ParquetFiles.rows(out);
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            assertThat(expected.get(i)).containsAllEntriesOf(rows.get(i));
        }
        assertThat(rows.get(0)).hasSize(20).containsKey("originAddress");
    }

    @Test
    @SuppressWarnings("unchecked")
    void anEventsRowHasTheValuesOfTheJsonLines() throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(32, 2_000, true));
        Path out = outs.resolve("events");

        Run run = export("events", "parquet", out);

        assertThat(run.err()).contains("events 1 to " + entries.size());
        List<Map<String, Object>> expected = jsonRows("events");
        List<Map<String, Object>> rows = ParquetFiles.rows(out);
        assertThat(rows).hasSameSizeAs(expected);
        for (int i = 0; i < rows.size(); i++) {
            Map<String, Object> json = expected.get(i);
            Map<String, Object> row = rows.get(i);
            assertThat(row).containsEntry("sequence", json.get("sequence")).containsEntry("kind", json.get("kind"));
            assertThat(Instant.ofEpochMilli(JsonObjects.number(row, "time")))
                    .isEqualTo(Instant.parse((String) json.get("time")));
            if (json.get("delta") != null) {
                assertThat(row)
                        .containsEntry("sessionId", json.get("sessionId"))
                        .doesNotContainKey("fields");
                for (String each : COUNTS) {
                    assertThat(row.get(each))
                            .isEqualTo(((Map<String, Object>) json.get("delta")).getOrDefault(each, 0L));
                }
            } else {
                Map<String, Object> fields =
                        JsonObjects.parse(String.valueOf(row.get("fields"))).get(0);
                assertThat(json).containsAllEntriesOf(fields);
            }
        }
    }

    /** As a process that is killed: nothing is closed in order. */
    private void exportUntilKilled(Path out, long killedAt) throws IOException {
        ExportMark mark = Files.exists(ExportMark.fileOf(out))
                ? ExportMark.read(out)
                : new ExportMark(ExportKind.EVENTS, ExportFormat.PARQUET, false, 1, 0, 0, 0, 0, false);
        Path folder = TestLedger.journal(data);
        try (JournalReader reader = JournalReader.open(folder);
                ParquetFolder target = ParquetFolder.open(out, mark, SMALL_PART_BYTES)) {
            Exporter exporter = new Exporter(target, new ParquetRows(target));
            var locator = new JournalLocator(folder, JournalFolder.files(folder), reader, ReadProgress.NONE);
            reader.startAt(Exporter.begin(ExportKind.EVENTS, mark.lastSequence(), locator));
            reader.read(new UpTo(exporter, 0, killedAt, reader.pruned()), ReadProgress.NONE);
        } catch (EnoughException killed) {
            // and so it was
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {33, 34, 35})
    void whereverItIsCutAndResumedNoRowIsThereTwiceAndNoneIsMissing(long seed) throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 3_000, true));
        Path out = outs.resolve("cut");
        Random random = new Random(seed);
        long reached = 1;
        for (int i = 0; i < 6; i++) {
            reached = Math.min(entries.size(), reached + random.nextInt(600));
            exportUntilKilled(out, reached);
            Files.writeString(out.resolve(ParquetNames.UNFINISHED), "what a killed process leaves");
            if (random.nextBoolean()) { // killed between the part and the mark
                Files.writeString(out.resolve(ParquetNames.part(reached + 1_000, reached + 2_000)), "a part");
            }
        }

        Run resumed = export("events", "parquet", out, "--resume");

        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(ParquetFiles.rows(out))
                .extracting(row -> row.get("sequence"))
                .isEqualTo(entries.stream().map(Entry::sequence).toList());
        long next = 1;
        for (Path part : ParquetFiles.parts(out)) {
            Map<String, String> metadata = ParquetFiles.metadata(part);
            assertThat(metadata)
                    .containsEntry("weir.kind", "events")
                    .containsEntry("weir.firstSequence", Long.toString(next));
            next = Long.parseLong(metadata.get("weir.lastSequence")) + 1;
        }
        assertThat(next).isEqualTo(entries.size() + 1L);
        assertThat(ParquetFiles.parts(out)).hasSizeGreaterThan(2);
        assertThat(out.resolve(ParquetNames.UNFINISHED)).doesNotExist();
    }

    @Test
    void aResumedExportAddsWhatCameSince() throws IOException {
        SeededJournal.write(data, RandomDays.steps(36, 500, false));
        Path out = outs.resolve("twice");
        export("sessions", "parquet", out, "--to", "300");

        Run again = export("sessions", "parquet", out, "--resume");

        assertThat(again.status()).isZero();
        assertThat(ParquetFiles.rows(out))
                .extracting(row -> row.get("sequence"))
                .isEqualTo(jsonRows("sessions").stream()
                        .map(row -> row.get("sequence"))
                        .toList());
    }

    @Test
    void aFolderThatIsNotTheExportIsRefused() throws IOException {
        SeededJournal.write(data, RandomDays.steps(37, 500, false));
        Path out = outs.resolve("parts");
        export("events", "parquet", out);

        assertThat(export("events", "parquet", out).status()).isEqualTo(ExitStatus.USAGE);
        assertThat(export("sessions", "parquet", out, "--resume").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(export("exchanges", "parquet", outs.resolve("x")).status()).isEqualTo(ExitStatus.USAGE);
        assertThat(export("events", "parquet", Path.of("-")).status()).isEqualTo(ExitStatus.USAGE);
        Files.delete(ParquetFiles.parts(out).get(0));
        Run lost = export("events", "parquet", out, "--resume");
        assertThat(lost.status()).isEqualTo(ExitStatus.UNREADABLE);
        assertThat(lost.err()).contains("is not what was exported");
    }
}
