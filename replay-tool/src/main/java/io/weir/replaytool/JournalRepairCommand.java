package io.weir.replaytool;

import io.weir.aggregator.care.JournalRepair;
import io.weir.aggregator.care.JournalRepair.Loss;
import io.weir.aggregator.care.JournalRepair.Result;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir journal repair}: makes a journal that a node can go on with from one that is damaged, and says what was lost. */
@Command(
        name = "repair",
        description = {
            "Makes a new journal of all records of a damaged one that are whole. What is lost is stated in it, so weir audit goes on to say so.",
            "The damaged journal is only read."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:nothing is damaged, so nothing was made",
            "1:the new journal is there, and something is lost",
            "2:the journal can't be read, or the new one can't be written",
            "64:wrong usage"
        })
final class JournalRepairCommand implements Callable<Integer> {
    private static final int LISTED = 20;

    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private CopyOptions copy = new CopyOptions();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    JournalRepairCommand() {}

    @Override
    public Integer call() {
        return copy.whileNobodyWrites(journal, this::repair, progress);
    }

    private int repair(ReadProgress line) {
        try (CommandOutput out = journal.output()) {
            if (!JournalRepair.isNeeded(journal.folder(), line)) {
                out.println("nothing to repair: every record is whole and none is missing");
                return ExitStatus.OK;
            }
            print(out, JournalRepair.repair(journal.folder(), copy.out(), copy.key(journal), line));
            return ExitStatus.VIOLATED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void print(CommandOutput out, Result result) {
        out.println(Figures.counted(result.records(), "record") + " carried over to "
                + TerminalText.escape(copy.out().toString()));
        for (Loss loss :
                result.losses().subList(0, Math.min(LISTED, result.losses().size()))) {
            out.println("lost        sequences " + loss.firstSequence() + " to " + loss.lastSequence() + ": "
                    + TerminalText.escape(loss.cause()));
        }
        if (result.losses().size() > LISTED) {
            out.println(
                    "            and " + Figures.exact(result.losses().size() - LISTED) + " more; weir audit --data "
                            + TerminalText.escape(copy.out().toString()) + " lists them");
        }
        if (result.losses().isEmpty()) {
            out.println("nothing is lost: the damage lay between records");
        }
        out.println("to go on with it: keep "
                + TerminalText.escape(journal.folder().toString()) + " elsewhere, and put the new one in its place");
    }
}
