package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.UpTo;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Entry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExportCommandTest {
    @TempDir
    Path data;

    @TempDir
    Path outs;

    private Run export(String kind, String format, Path out, String... more) {
        String[] arguments = {"export", kind, "--format", format, "--out", out.toString()};
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Run.of(data, all);
    }

    private static long rowsOf(String kind, List<Entry> entries) {
        return entries.stream()
                .filter(each -> switch (kind) {
                    case "sessions" -> each.event() instanceof SessionClosed;
                    case "exchanges" -> each.event() instanceof ExchangeCompleted;
                    default -> true;
                })
                .count();
    }

    @ParameterizedTest
    @CsvSource({
        "sessions,csv,1",
        "sessions,jsonl,0",
        "events,csv,1",
        "events,jsonl,0",
        "exchanges,csv,1",
        "exchanges,jsonl,0"
    })
    void eachRowIsThereOnceAndTheRangeIsBesideThem(String kind, String format, int headLines) throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(1, 1_200, true));
        Path out = outs.resolve("out");

        Run run = export(kind, format, out);

        assertThat(run.err()).contains(kind + ": ", ", events 1 to " + entries.size());
        assertThat(run.status()).isZero();
        assertThat(Files.readAllLines(out)).hasSize((int) rowsOf(kind, entries) + headLines);
        assertThat(Files.readString(out)).doesNotContain("\u001B", "\u202E");
        assertThat(JsonObjects.parse(Files.readString(ExportMark.fileOf(out))).get(0))
                .containsEntry("firstSequence", 1L)
                .containsEntry("lastSequence", (long) entries.size())
                .containsEntry("rows", rowsOf(kind, entries))
                .containsEntry("bytes", Files.size(out))
                .containsEntry("complete", true);
    }

    @Test
    void aSessionHasTheBytesOfItsWholeLifeWhereverTheExportBegins() throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(2, 2_000, true));
        Path out = outs.resolve("out");

        export("sessions", "jsonl", out, "--from", "1200");

        for (Map<String, Object> row : JsonObjects.parse(Files.readString(out))) {
            SessionClosed closed = (SessionClosed)
                    entries.get((int) JsonObjects.number(row, "sequence") - 1).event();
            assertThat(row)
                    .containsEntry("id", closed.sessionId())
                    .containsEntry("reason", closed.reason().name())
                    .containsEntry("up", closed.totals().up())
                    .containsEntry("originDown", closed.totals().originDown());
        }
    }

    /** Exports as the command does, and ends as a process that is killed: nothing is closed in order. */
    private void exportUntilKilled(ExportKind kind, ExportFormat format, Path out, long killedAt) throws IOException {
        ExportMark mark = Files.exists(ExportMark.fileOf(out))
                ? ExportMark.read(out)
                : new ExportMark(kind, format, false, 1, 0, 0, 0, 0, false);
        String head = rows(kind, format, mark, Writer.nullWriter()).head();
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data));
                ExportFile file = ExportFile.open(out, mark, head, 40_000)) {
            Exporter exporter = new Exporter(file, rows(kind, format, mark, file.writer()));
            JournalLocator locator = JournalAccess.locatorIn(TestLedger.journal(data), reader, ReadProgress.NONE);
            JournalPosition begin = Exporter.begin(kind, mark.lastSequence(), locator);
            reader.startAt(begin);
            readUntilEnough(reader, new UpTo(exporter, begin.sequence(), killedAt, reader.pruned()));
            file.writer().flush(); // some of what is not sure may be there
        }
    }

    private static void readUntilEnough(JournalReader reader, UpTo sink) {
        try {
            reader.read(sink, ReadProgress.NONE);
        } catch (EnoughException killed) {
            // as wanted
        }
    }

    private static ExportRows rows(ExportKind kind, ExportFormat format, ExportMark mark, Writer writer) {
        return switch (format) {
            case CSV -> new CsvRows(kind, writer);
            case JSONL -> new JsonRows(writer);
            case PARQUET -> throw new AssertionError("has tests of its own");
            case HAR -> new HarRows(writer, mark.rows() == 0, "unpackaged", null);
        };
    }

    @ParameterizedTest(name = "seed {0} {1} {2}")
    @CsvSource({
        "11,sessions,csv",
        "12,sessions,jsonl",
        "13,events,jsonl",
        "14,events,csv",
        "15,exchanges,har",
        "16,exchanges,jsonl"
    })
    void anExportThatIsKilledAndResumedIsThatOfOneGo(long seed, String kind, String format) throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 2_000, true));
        Path whole = outs.resolve("whole");
        Path parts = outs.resolve("parts");
        Random random = new Random(seed);

        export(kind, format, whole);
        for (int kill = 0; kill < 4; kill++) {
            long at = (long) kill * entries.size() / 4 + 1 + random.nextInt(entries.size() / 4);
            exportUntilKilled(
                    ExportKind.valueOf(kind.toUpperCase(Locale.ROOT)),
                    ExportFormat.valueOf(format.toUpperCase(Locale.ROOT)),
                    parts,
                    at);
            Files.writeString(parts, "half a row", StandardOpenOption.APPEND);
        }
        Run resumed = export(kind, format, parts, "--resume");

        assertThat(resumed.status()).isZero();
        assertThat(Files.readString(parts)).isEqualTo(Files.readString(whole));
        assertThat(Files.readString(ExportMark.fileOf(parts))).isEqualTo(Files.readString(ExportMark.fileOf(whole)));
    }

    @ParameterizedTest
    @CsvSource({"21,sessions,csv", "22,events,jsonl", "23,exchanges,har"})
    void anExportThatIsRepeatedAddsOnlyWhatCameSince(long seed, String kind, String format) throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 1_500, true));
        Path whole = outs.resolve("whole");
        Path grown = outs.resolve("grown");

        export(kind, format, whole);
        export(kind, format, grown, "--to", Figures.time(entries.get(300).atMillis()), "--resume");
        export(kind, format, grown, "--to", "1000", "--resume");
        export(kind, format, grown, "--to", "500", "--resume");
        export(kind, format, grown, "--resume");
        String once = Files.readString(grown);
        export(kind, format, grown, "--resume");

        assertThat(once).isEqualTo(Files.readString(whole));
        assertThat(Files.readString(grown)).isEqualTo(once);
    }

    @Test
    void timesThatMeetHaveEachRowOnce() throws IOException {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(31, 1_500, true));
        StringBuilder parts = new StringBuilder();

        export("events", "jsonl", outs.resolve("whole"));
        long end = entries.get(entries.size() - 1).atMillis() + 1;
        for (long at = TestLedger.BEGIN_MILLIS - 1; at < end; at += 5_555_555) {
            Path part = outs.resolve("part" + at);
            export("events", "jsonl", part, "--from", Figures.time(at), "--to", Figures.time(at + 5_555_555));
            parts.append(Files.readString(part));
        }

        assertThat(parts.toString()).isEqualTo(Files.readString(outs.resolve("whole")));
    }

    @Test
    void csvHasNoFormulas() throws IOException {
        SeededJournal.write(data, RandomDays.steps(41, 1_500, true));
        Path out = outs.resolve("out.csv");

        export("sessions", "csv", out);

        assertThat(Files.readString(out)).contains(",\"'=cmd|'/c'!A1\\u{1B}").doesNotContain(",=", ",\"=");
    }

    private void writeExchange(String requestBody, String responseBody) {
        try (TestLedger ledger = TestLedger.open(data)) {
            var tunnel = ledger.tunnel("in.example:443");
            tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
            var session = ledger.child(tunnel, "https://in.example/");
            session.up(10);
            ExchangeCompleted plain = TestLedger.exchange(session, tunnel);
            session.exchangeCompleted(new ExchangeCompleted(
                    plain.sessionId(),
                    plain.parentId(),
                    plain.protocol(),
                    plain.remote(),
                    plain.host(),
                    "POST",
                    "https://in.example/a?b=1&token=…",
                    200,
                    plain.clientProtocol(),
                    plain.originProtocol(),
                    plain.originAddress(),
                    plain.originCertificate(),
                    message("application/octet-stream", "", requestBody),
                    message("text/plain", "gzip", responseBody),
                    new Tally(10, 0, 0, 0, 0, 0),
                    plain.wire(),
                    plain.times(),
                    0,
                    0,
                    ""));
            session.close(CloseReason.COMPLETED, 200);
            tunnel.close(CloseReason.COMPLETED, 200);
        }
    }

    private static MessageFacts message(String type, String encoding, String sha256) {
        return new MessageFacts(
                List.of(
                        new Field("Content-Type", type),
                        new Field("Content-Encoding", encoding),
                        new Field("Authorization", "…")),
                0,
                4,
                sha256,
                "");
    }

    private String store(byte[] body) throws IOException {
        String sha256;
        try {
            sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
        Path folder = Files.createDirectories(data.resolve("bodies").resolve(sha256.substring(0, 2)));
        Files.write(folder.resolve(sha256), body);
        return sha256;
    }

    private static byte[] gzip(String text) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void anArchiveHasBodiesIfTheyAreWantedAndNoSecrets() throws IOException {
        writeExchange(store(new byte[] {(byte) 0xFF, 0, 1, 2}), store(gzip("grüße")));

        export("exchanges", "har", outs.resolve("with.har"), "--bodies");
        export("exchanges", "har", outs.resolve("without.har"));

        String with = Files.readString(outs.resolve("with.har"));
        assertThat(JsonObjects.parse(with)).hasSize(1);
        assertThat(with)
                .contains("\"version\":\"1.2\"", "\"text\":\"gr\\u00FC\\u00DFe\"", "\"size\":7")
                .contains("\"_encoding\":\"base64\",\"text\":\"/wABAg==\"")
                .contains(
                        "{\"name\":\"Authorization\",\"value\":\"\\u2026\"}",
                        "{\"name\":\"token\",\"value\":\"\\u2026\"}")
                .contains("\"connect\":0.01,\"ssl\":-1,\"send\":0,\"wait\":0.02,\"receive\":0.01");
        assertThat(Files.readString(outs.resolve("without.har")))
                .doesNotContain("/wABAg", "gr\\u00FC")
                .contains(", not exported");
    }

    @Test
    void aBodyThatIsGoneOrChangedIsNotGivenOut() throws IOException {
        String gone = "ab".repeat(32);
        String changed = store("good".getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                data.resolve("bodies").resolve(changed.substring(0, 2)).resolve(changed), "evil");
        writeExchange(gone, changed);

        Run run = export("exchanges", "har", outs.resolve("out.har"), "--bodies");

        assertThat(run.status()).isZero();
        assertThat(Files.readString(outs.resolve("out.har")))
                .doesNotContain("evil")
                .contains("not in the store any more");
    }

    @Test
    void whatIsNotOursIsNotTouched() throws IOException {
        SeededJournal.write(data, RandomDays.steps(51, 300, true));
        Path theirs = Files.writeString(outs.resolve("theirs"), "precious");
        Path ours = outs.resolve("ours");
        export("events", "jsonl", ours);

        assertThat(export("events", "jsonl", theirs).status()).isEqualTo(64);
        assertThat(export("events", "jsonl", theirs, "--resume").status()).isEqualTo(64);
        assertThat(export("events", "jsonl", ours).status()).isEqualTo(64);
        assertThat(export("sessions", "jsonl", ours, "--resume").status()).isEqualTo(64);
        assertThat(export("sessions", "har", outs.resolve("x")).status()).isEqualTo(64);
        assertThat(export("rows", "csv", outs.resolve("x")).status()).isEqualTo(64);
        assertThat(export("events", "csv", outs.resolve("no/such/folder")).status())
                .isEqualTo(2);
        assertThat(theirs).hasContent("precious");
        Files.writeString(ours, "cut");
        assertThat(export("events", "jsonl", ours, "--resume").err()).contains("it is not what was exported");
    }

    @Test
    void anExportIsNotResumedWithAnotherJournal() throws IOException {
        SeededJournal.write(data, RandomDays.steps(61, 300, true));
        Path out = outs.resolve("out");
        export("events", "jsonl", out, "--to", "100");
        Path other = outs.resolve("other");
        SeededJournal.write(other, RandomDays.steps(62, 300, true));

        Run run = Run.of(other, "export", "events", "--out", out.toString(), "--resume");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("this is not the journal");
    }

    @Test
    void anExportIsNotResumedWithAJournalWhoseEndIsMissing() throws IOException {
        SeededJournal.write(data, RandomDays.steps(63, 300, false));
        Path out = outs.resolve("out");
        export("events", "jsonl", out);
        Path shorter = outs.resolve("shorter");
        SeededJournal.write(shorter, RandomDays.steps(63, 200, false));

        Run run = Run.of(shorter, "export", "events", "--out", out.toString(), "--resume");

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("its end is missing");
    }

    @Test
    void theStandardOutputTakesAnExportToo() {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(71, 300, true));

        Run run = Run.of(data, "export", "events", "--out", "-", "--from", "10", "--to", "20");

        assertThat(entries).hasSizeGreaterThan(20);
        assertThat(run.out().lines()).hasSize(11);
        assertThat(run.err()).contains("events: 11 rows, events 10 to 20");
    }
}
