package io.weir.replaytool;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What every command on a journal has: where the journal is, where to print, what to say when it can't be read. */
final class JournalAccess {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--data",
            paramLabel = "FOLDER",
            defaultValue = "./data",
            description = "The data folder, with journal/ in it; or the journal's folder itself (default: ./data).")
    private Path data = Path.of("data");

    @SuppressWarnings("UnusedVariable") // picocli reads it
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help and exit.")
    private boolean help;

    /** What was given as the data folder. */
    Path data() {
        return data;
    }

    /** Whether it was given, and is not the one that is meant when nothing is said. */
    boolean isGiven() {
        return spec().commandLine().getParseResult().hasMatchedOption("--data");
    }

    /** Where the journal is. */
    Path folder() {
        return folderIn(data);
    }

    /** Where the journal is in a data folder, which may itself be that of the journal. */
    static Path folderIn(Path data) {
        Path journal = data.resolve("journal");
        if (!Files.exists(journal) && holdsJournal(data)) {
            return data; // a copy of the journal alone
        }
        return journal;
    }

    private static boolean holdsJournal(Path folder) {
        try {
            return JournalFolder.holdsJournal(folder);
        } catch (JournalException e) {
            return false; // opening it will say why
        }
    }

    /**
     * Opens the journal at its beginning.
     *
     * @throws JournalException if there is none, or it may not be read
     */
    JournalReader open() {
        return JournalReader.open(folder());
    }

    /** Where the key is that seals it. */
    Path sealFolder() {
        return folder().toAbsolutePath().resolveSibling("seal");
    }

    /** The journal's files in the order of time. */
    List<Path> files() {
        Path folder = folder();
        return JournalFolder.files(folder).stream().map(folder::resolve).toList();
    }

    /** Finds places in the journal, with a reader of it that is elsewhere afterwards. */
    JournalLocator locator(JournalReader reader, ReadProgress progress) {
        return locatorIn(folder(), reader, progress);
    }

    /** Finds places in the journal of a folder, as {@link #locator} does. */
    static JournalLocator locatorIn(Path folder, JournalReader reader, ReadProgress progress) {
        return new JournalLocator(folder, JournalFolder.files(folder), reader, progress);
    }

    /** How long the journal's files are together; files that can't be asked count nothing. */
    long bytes() {
        return files().stream().mapToLong(JournalAccess::sizeOrNothing).sum();
    }

    private static long sizeOrNothing(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // deleted meanwhile, or unreadable: reading will tell
        }
    }

    /** Where the command prints, for as long as somebody reads it. */
    CommandOutput output() {
        return new CommandOutput(spec().commandLine().getOut());
    }

    /** Where the command complains. */
    PrintWriter errors() {
        return spec().commandLine().getErr();
    }

    /** Complains in one line that names the command. */
    void complain(String what) {
        errors().println(spec().qualifiedName() + ": " + TerminalText.escape(what));
        errors().flush();
    }

    /** Complains that the journal can't be read, and what to do about it. Answers the exit status. */
    int refuse(FaultKind kind, String what) {
        complain(what);
        complain(advice(kind));
        return ExitStatus.UNREADABLE;
    }

    /** Complains of all faults that were met. Answers the exit status. */
    int answer(ReadOutcome outcome) {
        int last = outcome.faults().size() - 1;
        for (int i = 0; i <= last; i++) {
            JournalFault fault = outcome.faults().get(i);
            if (i == last && outcome.isStopped()) {
                return refuse(fault.kind(), fault.toString());
            }
            complain(fault.toString());
        }
        if (outcome.isStopped()) {
            return ExitStatus.UNREADABLE; // by a fault that is not listed any more
        }
        return outcome.isClean() ? ExitStatus.OK : ExitStatus.VIOLATED;
    }

    /** Complains if the journal, or a part of it, could not be read. Answers the exit status. */
    int answer(VerifyReport report) {
        Optional<Break> stop = report.breaks().stream().filter(Break::isStop).findFirst();
        if (report.audit().isStopped() && stop.isPresent()) {
            boolean isNewer = stop.get().kind() == Break.Kind.NEWER_VERSION;
            return refuse(
                    isNewer ? FaultKind.NEWER_VERSION : FaultKind.UNREADABLE,
                    stop.get().line());
        }
        if (report.audit().events() == 0) {
            String why = report.breaks().isEmpty()
                    ? ""
                    : ": " + report.breaks().get(0).line();
            return refuse(FaultKind.NOT_A_JOURNAL, "journal " + folder() + ": holds no event" + why);
        }
        return report.exitStatus();
    }

    private static String advice(FaultKind kind) {
        return switch (kind) {
            case NOT_A_JOURNAL -> "give the data folder of the proxy with --data; its journal is in journal/";
            case UNREADABLE ->
                "run this as the user that the proxy runs as, or make a copy that you may read;"
                        + " if it is the disk that fails, copy what it still gives";
            case NEWER_VERSION -> "it was written by a later version of Weir: use that version's weir";
            case CORRUPT_RECORD, SEQUENCE_GAP, DUPLICATE_SEQUENCE -> "weir audit shows all that is wrong";
            case LOCKED, UNWRITABLE -> "stop whatever uses the folder";
        };
    }

    /** Refuses what the command was given; picocli prints it with the usage and exits with 64. */
    ParameterException wrongUsage(String what) {
        return new ParameterException(spec().commandLine(), what);
    }

    private CommandSpec spec() {
        return Objects.requireNonNull(command, "picocli has set it");
    }
}
