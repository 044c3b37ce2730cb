package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.Anchor;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.Seal;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
            Newest newest = new Newest();
            ReadOutcome outcome = read(reader, newest);
            Seal seal = newest.seal;
            if (!outcome.isClean()) {
                return journal.answer(outcome);
            }
            if (seal == null) {
                journal.complain("journal " + journal.folder() + ": has no seal; a node seals from its start on");
                return ExitStatus.UNREADABLE;
            }
            if (!SealPublicKey.ofHex(seal.publicKey()).hasSigned(seal, newest.atMillis)) {
                journal.complain(
                        "the seal at sequence " + newest.sequence + " is forged; weir verify shows all that is wrong");
                return ExitStatus.VIOLATED;
            }
            out.println(Anchor.of(seal, newest.atMillis).line());
            return ExitStatus.OK;
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        }
    }

    private ReadOutcome read(JournalReader reader, Newest newest) {
        Optional<CheckpointHint> hint = CheckpointHint.read(journal.folder());
        if (hint.isPresent()) {
            try {
                reader.startAt(hint.get().position());
                ReadOutcome outcome = reader.read(newest, ReadProgress.NONE);
                if (outcome.isClean() && newest.seal != null) {
                    return outcome;
                }
            } catch (JournalException e) {
                newest.seal = null; // only a hint
            }
            reader.startAt(JournalPosition.BEGINNING);
        }
        return reader.read(newest, ReadProgress.NONE);
    }

    /** Keeps the last seal. */
    private static final class Newest implements EventSink {
        private @Nullable Seal seal;
        private long sequence;
        private long atMillis;

        @Override
        public void event(long eventSequence, long eventAtMillis, LedgerEvent event) {
            if (event instanceof Seal each && each.lastSequence() == eventSequence - 1) {
                seal = each;
                sequence = eventSequence;
                atMillis = eventAtMillis;
            }
        }

        @Override
        public void transferred(long eventSequence, long eventAtMillis, long sessionId, Counts delta) {}
    }
}
