package io.weir.replaytool;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalIndexer;
import io.weir.aggregator.journal.ReadProgress;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir journal index}: brings a journal's index up to date, or makes it anew. Writes only that. The caller's thread. */
@Command(
        name = "index",
        description = {
            "Brings the index of a journal up to date, so that states and sessions of long ago are found sooner.",
            "A running node does that by itself. The index is a hint in journal/index/, which may be deleted at any time;"
                    + " weir audit and weir verify never look at it."
        },
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the index is up to date",
            "2:the journal can't be read, or the index can't be written",
            "64:wrong usage"
        })
final class JournalIndexCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    @Mixin
    private ProgressOption progress = new ProgressOption();

    @Option(names = "--rebuild", description = "Make it anew, whatever there is.")
    private boolean isAnew;

    JournalIndexCommand() {}

    @Override
    public Integer call() {
        try {
            journal.open().close(); // says what is wrong, if there is no journal
            return progress.during(journal, this::update);
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private int update(ReadProgress line) {
        JournalIndexer indexer = new JournalIndexer(journal.folder(), line);
        try {
            indexer.update(1, isAnew);
        } catch (IOException e) {
            return journal.refuse(
                    FaultKind.UNWRITABLE,
                    "the index in " + IndexFolder.in(journal.folder()) + " can't be written: " + e);
        }
        try (CommandOutput out = journal.output()) {
            out.println("index      "
                    + TerminalText.escape(IndexFolder.in(journal.folder()).toString()));
            out.println("journal    "
                    + Figures.counted(JournalFolder.files(journal.folder()).size(), "file") + ", "
                    + Figures.exact(journal.bytes()) + " bytes");
            out.println("written    " + Figures.exact(indexer.indexBytes()) + " bytes");
        }
        return ExitStatus.OK;
    }
}
