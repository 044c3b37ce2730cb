package io.weir.replaytool;

import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.replaytool.JournalContents.Boot;
import io.weir.replaytool.JournalContents.FileContents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir journal info}: prints what a journal consists of, and whether somebody writes it. */
@Command(
        name = "info",
        description = "Prints a journal's files, boots, last checkpoint and lock.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE)
final class JournalInfoCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    JournalInfoCommand() {}

    @Override
    public Integer call() {
        try (JournalReader reader = journal.open();
                CommandOutput out = journal.output()) {
            JournalContents contents = new JournalContents(reader);
            ReadOutcome outcome = reader.read(contents, ReadProgress.NONE);
            print(out, contents, outcome);
            return journal.answer(outcome);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private void print(CommandOutput out, JournalContents contents, ReadOutcome outcome) {
        out.println("journal      " + TerminalText.escape(journal.folder().toString()));
        out.println("lock         " + TerminalText.escape(LockProbe.describe(journal.folder())));
        out.println("events       " + Figures.exact(outcome.events()) + " in "
                + Figures.counted(outcome.records(), "record") + ", sequences " + outcome.firstSequence() + " to "
                + outcome.lastSequence());
        PrunedMark pruned = PrunedMark.read(journal.folder());
        if (pruned.firstKept() > 1) {
            out.println("pruned       what came before sequence " + pruned.firstKept() + "; the totals go back to "
                    + Figures.time(pruned.sinceMillis()));
        }
        checkpoint(out, contents);
        files(out, contents);
        boots(out, contents);
        if (outcome.isUnfinished()) {
            out.println("");
            out.println("the last record is unfinished: being written, or its writer died; no fault");
        }
    }

    private static void checkpoint(CommandOutput out, JournalContents contents) {
        if (contents.checkpoints() == 0) {
            out.println("checkpoint   none yet");
            return;
        }
        out.println("checkpoint   the last of " + Figures.exact(contents.checkpoints()) + " at sequence "
                + contents.checkpointSequence() + ", " + Figures.time(contents.checkpointMillis()) + ", "
                + Figures.counted(contents.openAtCheckpoint(), "session") + " open");
    }

    private void files(CommandOutput out, JournalContents contents) {
        Map<String, FileContents> byName =
                contents.files().stream().collect(Collectors.toMap(each -> each.name, Function.identity()));
        out.println("");
        out.println(String.format(
                Locale.ROOT,
                "%-20s %15s %10s %12s  %-25s %s",
                "FILE",
                "BYTES",
                "RECORDS",
                "EVENTS",
                "SEQUENCES",
                "TIME"));
        for (Path path : journal.files()) {
            String name = String.valueOf(path.getFileName());
            file(out, path, name, byName.get(name));
        }
    }

    private static void file(CommandOutput out, Path path, String name, @Nullable FileContents contents) {
        String size = size(path);
        if (contents == null) {
            out.println(String.format(
                    Locale.ROOT, "%-20s %15s %10d %12d  %-25s -", TerminalText.escape(name), size, 0, 0, "-"));
            return;
        }
        out.println(String.format(
                Locale.ROOT,
                "%-20s %15s %,10d %,12d  %-25s %s to %s",
                TerminalText.escape(name),
                size,
                contents.records,
                contents.events,
                contents.firstSequence + " to " + contents.lastSequence,
                Figures.time(contents.firstMillis),
                Figures.time(contents.lastMillis)));
    }

    private static String size(Path file) {
        try {
            return Figures.exact(Files.size(file));
        } catch (IOException e) {
            return "?";
        }
    }

    private static void boots(CommandOutput out, JournalContents contents) {
        out.println("");
        out.println("boots " + Figures.exact(contents.bootCount())
                + (contents.bootCount() > contents.boots().size() ? ", the latest:" : ""));
        int last = contents.boots().size() - 1;
        for (int i = 0; i <= last; i++) {
            boot(out, contents.boots().get(i), i == last);
        }
    }

    private static void boot(CommandOutput out, Boot boot, boolean isLast) {
        String end = boot.isStopped ? "stopped in order" : isLast ? "not stopped: live or crashed" : "crashed";
        out.println(String.format(
                Locale.ROOT,
                "%6d  %s  sequence %d  node %s  version %s  %s",
                boot.started.boot(),
                Figures.time(boot.atMillis),
                boot.sequence,
                TerminalText.escape(boot.started.nodeId()),
                TerminalText.escape(boot.started.version()),
                end));
    }
}
