package io.weir.replaytool;

import io.weir.aggregator.care.JournalCompaction;
import io.weir.aggregator.care.JournalCompaction.Result;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir journal compact}: makes a smaller journal that says the same of every session. */
@Command(
        name = "compact",
        description = {
            "Makes a new journal in which a session's deltas between two checkpoints are one. All else stays, each event with its sequence;"
                    + " the seals are made anew, so anchors of before fit no longer.",
            "The journal itself is only read."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:the new journal is there and adds up to the same",
            "2:the journal is damaged or can't be read, or the new one can't be written",
            "64:wrong usage"
        })
final class JournalCompactCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private CopyOptions copy = new CopyOptions();

    @Option(
            names = "--before",
            paramLabel = "WHEN",
            converter = Instants.class,
            description = "Leave deltas from then on as they are: " + Instants.FORMS + ".")
    private @Nullable Instant before;

    @Mixin
    private ProgressOption progress = new ProgressOption();

    JournalCompactCommand() {}

    @Override
    public Integer call() {
        return copy.whileNobodyWrites(journal, this::compact, progress);
    }

    private int compact(ReadProgress line) {
        Instant end = before;
        long beforeMillis = end == null ? Long.MAX_VALUE : end.toEpochMilli();
        try (CommandOutput out = journal.output()) {
            Result result =
                    JournalCompaction.compact(journal.folder(), copy.out(), copy.key(journal), beforeMillis, line);
            out.println(Figures.exact(result.before()) + " events became " + Figures.exact(result.after()) + " in "
                    + TerminalText.escape(copy.out().toString()));
            out.println("both add up to the state " + result.digest());
            return ExitStatus.OK;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
