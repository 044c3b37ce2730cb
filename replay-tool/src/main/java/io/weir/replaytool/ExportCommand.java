package io.weir.replaytool;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.UpTo;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir export}: writes sessions, events or exchanges of a journal to a file. Only reads the journal; the caller's thread. */
@Command(
        name = "export",
        description = {
            "Writes sessions, events or recorded exchanges of a journal to a file.",
            "A session's row stands for its end: sessions that are still open have none yet.",
            ""
        },
        footer = {
            "",
            "Beside FILE is FILE.weir-export, which says which sequences it covers and how far it is. After any end --resume goes on"
                    + " where it was left; after a complete one it adds what came since. No row comes twice and none is left out.",
            "CSV: control characters are escaped as in a terminal, and a text that a spreadsheet would take for a formula gets"
                    + " a ' before it.",
            "Parquet: times are timestamps in ms of UTC, counts 64-bit integers; each file's metadata has the sequences that it covers.",
            "HAR: what the journal has without its secrets stays without them.",
            "",
            "Examples:",
            "  weir export sessions --format csv --from 2026-11-23T00:00:00Z --to 2026-11-24T00:00:00Z --out sessions.csv",
            "  weir export exchanges --format har --bodies --from -1h --out hour.har",
            "  weir export events --out events.jsonl --resume"
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:all is exported that was asked for",
            "1:events are missing in the journal, or are damaged; the others are exported",
            "2:the journal, or the rest of it, can't be read, or the file can't be written",
            "64:wrong usage"
        })
public final class ExportCommand implements Callable<Integer> {
    private static final String STANDARD_OUTPUT = "-";

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Parameters(paramLabel = "WHAT", description = "sessions, events or exchanges.")
    private ExportKind kind = ExportKind.SESSIONS;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "csv, jsonl (default), parquet (not for exchanges) or har (exchanges only).")
    private ExportFormat format = ExportFormat.JSONL;

    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = Place.Places.class,
            description = "The first event: " + Place.FORMS
                    + ". Only where the export begins; it is not asked when it is resumed.")
    private @Nullable Place from;

    @Option(
            names = "--to",
            paramLabel = "WHEN",
            converter = Place.Places.class,
            description = "The last event: a sequence, which belongs to it, or an instant, which does not.")
    private @Nullable Place to;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description =
                    "Where to; - is the standard output. With parquet a folder, which gets a file for each range of sequences.")
    private Path out = Path.of(STANDARD_OUTPUT);

    @Option(names = "--resume", description = "Go on with FILE if it is there.")
    private boolean resume;

    @Option(names = "--bodies", description = "With har: add the bodies that are stored.")
    private boolean bodies;

    /** For picocli. */
    public ExportCommand() {}

    @Override
    public Integer call() {
        requireUsable();
        try (JournalReader reader = journal.open()) {
            return progress.during(journal, line -> export(reader, line));
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            journal.complain("can't write " + out + ": " + e.getMessage());
            return ExitStatus.UNREADABLE;
        }
    }

    private void requireUsable() {
        if (format == ExportFormat.HAR && kind != ExportKind.EXCHANGES) {
            throw journal.wrongUsage("--format har is for exchanges, not for " + kind);
        }
        if (format == ExportFormat.PARQUET && (kind == ExportKind.EXCHANGES || isToStandardOutput())) {
            throw journal.wrongUsage("--format parquet is for sessions and events, and needs a folder");
        }
        if (bodies && format != ExportFormat.HAR) {
            throw journal.wrongUsage("--bodies is for --format har");
        }
        if (isToStandardOutput() && resume) {
            throw journal.wrongUsage("--resume needs a file");
        }
        if (!isToStandardOutput() && !resume && Files.exists(out)) {
            throw journal.wrongUsage(out + " is there already; --resume goes on with it");
        }
    }

    private boolean isToStandardOutput() {
        return out.toString().equals(STANDARD_OUTPUT);
    }

    private int export(JournalReader reader, ReadProgress line) {
        JournalLocator locator = journal.locator(reader, line);
        ExportMark mark = begun(locator);
        long last = to == null ? Long.MAX_VALUE : to.last(locator);
        requireNotPruned(mark, locator);
        JournalPosition begin = Exporter.begin(kind, mark.lastSequence(), locator);
        try (CommandOutput standard = journal.output();
                ExportTarget target = target(standard, mark)) {
            return export(reader, begin, last, target, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What went before it was exported would be left out without a word. */
    private void requireNotPruned(ExportMark resumed, JournalLocator locator) {
        long first = locator.first().sequence();
        if (resumed.lastMillis() > 0 && first > resumed.lastSequence() + 1) {
            throw new JournalException(
                    FaultKind.SEQUENCE_GAP,
                    "the journal begins at sequence " + first + " and was exported up to " + resumed.lastSequence()
                            + ": what is between is not there any more. Begin another export for the rest");
        }
    }

    /** How far the export is: at its beginning, or where it was left. */
    private ExportMark begun(JournalLocator locator) {
        if (resume && Files.exists(ExportMark.fileOf(out))) {
            return resumed();
        }
        if (!isToStandardOutput() && Files.exists(out)) {
            throw journal.wrongUsage(out + " is no export: " + ExportMark.fileOf(out) + " is not there");
        }
        long first = from == null ? 1 : from.first(locator);
        return new ExportMark(kind, format, bodies, first, first - 1, 0, 0, 0, false);
    }

    private ExportMark resumed() {
        try {
            ExportMark mark = ExportMark.read(out);
            if (mark.kind() != kind || mark.format() != format || mark.withBodies() != bodies) {
                throw journal.wrongUsage(out + " is an export of " + mark.kind() + " as " + mark.format()
                        + (mark.withBodies() ? " with" : " without") + " bodies");
            }
            return mark;
        } catch (IOException e) {
            throw journal.wrongUsage(out + " can't be resumed: " + e.getMessage());
        }
    }

    private ExportTarget target(CommandOutput standard, ExportMark mark) throws IOException {
        if (isToStandardOutput()) {
            ExportTarget target = ExportTarget.of(standard, mark);
            standard.print(rows(standard, mark).head());
            return target;
        }
        if (format == ExportFormat.PARQUET) {
            return ParquetFolder.open(out, mark, ParquetFolder.PART_BYTES);
        }
        return ExportFile.open(out, mark, rows(Writer.nullWriter(), mark).head(), ExportFile.SURE_BYTES);
    }

    private ExportRows rows(ExportTarget target) {
        return target instanceof ParquetFolder folder ? new ParquetRows(folder) : rows(target.writer(), target.mark());
    }

    private ExportRows rows(Writer writer, ExportMark mark) {
        return switch (format) {
            case PARQUET -> throw new IllegalStateException("not rows of text");
            case CSV -> new CsvRows(kind, writer);
            case JSONL -> new JsonRows(writer);
            case HAR -> new HarRows(writer, mark.rows() == 0, version(), bodies ? bodyStore() : null);
        };
    }

    private StoredBodyReader bodyStore() {
        return new StoredBodyReader(journal.folder().toAbsolutePath().resolveSibling("bodies"));
    }

    private static String version() {
        String version = ExportCommand.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }

    private int export(JournalReader reader, JournalPosition begin, long last, ExportTarget target, ReadProgress line)
            throws IOException {
        ExportRows rows = rows(target);
        Exporter exporter = new Exporter(target, rows);
        UpTo sink = new UpTo(exporter, begin.sequence(), last, reader.pruned());
        ExportMark resumed = target.mark();
        int status = ExitStatus.OK;
        if (last > resumed.lastSequence()) {
            reader.startAt(begin);
            status = read(reader, sink, line);
            requireWholeUpTo(resumed, sink.reached());
        }
        target.finish(rows.tail(target.mark().firstSequence(), target.mark().lastSequence()));
        report(target.mark(), sink, exporter);
        return exporter.skipped() > 0 ? Math.max(status, ExitStatus.VIOLATED) : status;
    }

    private int read(JournalReader reader, UpTo sink, ReadProgress line) {
        try {
            return journal.answer(reader.read(sink, line));
        } catch (EnoughException enough) {
            return sink.missing() > 0 ? ExitStatus.VIOLATED : ExitStatus.OK;
        }
    }

    private static void requireWholeUpTo(ExportMark resumed, long reached) {
        if (resumed.lastMillis() > 0 && reached < resumed.lastSequence()) {
            throw new JournalException(
                    FaultKind.SEQUENCE_GAP,
                    "the journal ends at sequence " + reached + " and was exported up to " + resumed.lastSequence()
                            + ": its end is missing, or it is another one");
        }
    }

    private void report(ExportMark mark, UpTo sink, Exporter exporter) {
        if (sink.missing() > 0) {
            journal.complain(
                    Figures.counted(sink.missing(), "event") + " can't be read; weir audit shows what is wrong");
        }
        if (exporter.skipped() > 0) {
            journal.complain(Figures.counted(exporter.skipped(), "session")
                    + " left out: their beginning is not in this journal, nor in a checkpoint");
        }
        String range = mark.lastSequence() < mark.firstSequence()
                ? "no event"
                : "events " + mark.firstSequence() + " to " + mark.lastSequence();
        journal.errors().println(kind + ": " + Figures.counted(mark.rows(), "row") + ", " + range);
        journal.errors().flush();
    }
}
