package io.weir.replaytool;

import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.eventbus.LedgerEvent.Seal;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/**
 * {@code weir anchor}: prints the newest seal as one line, to be kept where the journal is not. Reads from the last checkpoint,
 * behind which there is a seal, so it is quick however long the journal is. The caller's thread.
 */
@Command(
        name = "anchor",
        description =
                "Prints the journal's newest seal as one line, to be kept elsewhere and given to weir verify --anchor.",
        exitCodeOnInvalidInput = ExitStatus.USAGE,
        exitCodeOnExecutionException = ExitStatus.UNREADABLE,
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {
            "0:the line was printed",
            "1:the newest part of the journal is damaged, or its seal is not signed by its key; nothing is printed",
            "2:the journal can't be read, or has no seal",
            "64:wrong usage"
        })
public final class AnchorCommand implements Callable<Integer> {
    @Mixin
    private JournalAccess journal = new JournalAccess();

    /** For picocli. */
    public AnchorCommand() {}

    @Override
    public Integer call() {
        try (JournalReader reader = journal.open();
                CommandOutput out = journal.output()) {
            NewestSeal newest = new NewestSeal();
            ReadOutcome outcome = newest.find(journal.folder(), reader);
            Seal seal = newest.seal();
            if (!outcome.isClean()) {
                return journal.answer(outcome);
            }
            if (seal == null) {
                journal.complain("journal " + journal.folder() + ": has no seal; a node seals from its start on");
                return ExitStatus.UNREADABLE;
            }
            if (!SealPublicKey.ofHex(seal.publicKey()).hasSigned(seal, newest.atMillis())) {
                journal.complain("the seal at sequence " + newest.sequence()
                        + " is forged; weir verify shows all that is wrong");
                return ExitStatus.VIOLATED;
            }
            out.println(Anchor.of(seal, newest.atMillis()).line());
            return ExitStatus.OK;
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }
}
