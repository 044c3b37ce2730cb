package io.weir.aggregator;

import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.RecordChain;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The state that a journal folds to, from its last checkpoint if that is found, else from its beginning. Under the lock.
 *
 * @param fold the state; empty for a new journal
 * @param exchanges the last ones of those that were read
 * @param nodeId the node's name; empty for a new journal
 * @param end where the journal ends
 * @param events how many were read
 * @param chain what the records since the last seal hash to; unknown if none was read and not everything was
 * @param damage what is damaged behind the end; empty if nothing is
 */
record Recovery(
        LedgerFold fold,
        RecentExchanges exchanges,
        String nodeId,
        JournalPosition end,
        long events,
        String damage,
        RecordChain chain) {

    /**
     * Reads the journal.
     *
     * <p>Damage behind the last whole record is what the end of the machine leaves: it is reported and will be
     * journaled as a gap.
     *
     * @throws JournalException if anything else is damaged or of a later version: to go on would hide it
     */
    static Recovery of(Path folder) {
        if (!JournalFolder.holdsJournal(folder)) {
            return new Recovery(
                    new LedgerFold(), new RecentExchanges(), "", JournalPosition.BEGINNING, 0, "", newChain());
        }
        Optional<CheckpointHint> hint = CheckpointHint.read(folder);
        if (hint.isPresent()) {
            Optional<Recovery> recovered = fromCheckpoint(folder, hint.get());
            if (recovered.isPresent()) {
                return recovered.get();
            }
        }
        Recovery whole = fromBeginning(folder);
        if (hint.isPresent() && whole.fold().sequence() <= hint.get().position().sequence()) {
            throw endMissing(
                    folder, whole.fold().sequence(), hint.get().position().sequence());
        }
        return whole;
    }

    private static Optional<Recovery> fromCheckpoint(Path folder, CheckpointHint hint) {
        LedgerFold fold = new LedgerFold();
        RecentExchanges exchanges = new RecentExchanges();
        try (JournalReader reader = JournalReader.open(folder)) {
            reader.startAt(hint.position());
            RecordChain chain = new RecordChain();
            SealsFirst sink = new SealsFirst(chain, new FoldThenShow(fold, exchanges));
            ReadOutcome outcome = read(reader, chain, sink);
            boolean isGood = isUsable(outcome) && fold.isStarted() && fold.skipped() == 0;
            if (!isGood) {
                return Optional.empty();
            }
            String known = hint.nodeId().isEmpty() ? sink.sealedBy : hint.nodeId();
            String nodeId = fold.nodeId().isEmpty() ? known : fold.nodeId();
            return Optional.of(new Recovery(
                    fold, exchanges, nodeId, outcome.position(), outcome.events(), damage(outcome), chain));
        } catch (JournalException e) {
            return Optional.empty(); // whatever is wrong shows again when everything is read
        }
    }

    private static Recovery fromBeginning(Path folder) {
        LedgerFold fold = new LedgerFold();
        RecentExchanges exchanges = new RecentExchanges();
        try (JournalReader reader = JournalReader.open(folder)) {
            RecordChain chain = newChain();
            SealsFirst sink = new SealsFirst(chain, new FoldThenShow(fold, exchanges));
            ReadOutcome outcome = read(reader, chain, sink);
            if (sink.restoresMark(folder, outcome)) {
                return fromBeginning(folder);
            }
            if (!isUsable(outcome)) {
                throw refusal(folder, outcome.faults().get(0), outcome.faultCount());
            }
            if (outcome.events() > 0 && !fold.isStarted()) {
                throw withoutState(folder);
            }
            return new Recovery(
                    fold,
                    exchanges,
                    fold.nodeId().isEmpty() ? sink.sealedBy : fold.nodeId(),
                    outcome.position(),
                    outcome.events(),
                    damage(outcome),
                    chain);
        }
    }

    private static RecordChain newChain() {
        RecordChain chain = new RecordChain();
        chain.begin(1);
        return chain;
    }

    private static ReadOutcome read(JournalReader reader, RecordChain chain, SealsFirst sink) {
        reader.tap(chain);
        return reader.read(sink, ReadProgress.NONE);
    }

    /** Tells a chain of each seal before its own record is added, and notes what the journal says of itself. */
    private static final class SealsFirst implements EventSink {
        private final RecordChain chain;
        private final EventSink sink;
        private String sealedBy = "";
        private PrunedMark pruned = PrunedMark.NONE;

        SealsFirst(RecordChain chain, EventSink sink) {
            this.chain = chain;
            this.sink = sink;
        }

        /** Writes the note again that the beginning was pruned, if only that was lost. Answers whether it did. */
        boolean restoresMark(Path folder, ReadOutcome outcome) {
            boolean isLost = outcome.faultCount() == 1
                    && outcome.faults().get(0).kind() == FaultKind.SEQUENCE_GAP
                    && outcome.faults().get(0).afterSequence() == 0
                    && pruned.explains(outcome.firstSequence());
            try {
                if (isLost) {
                    pruned.write(folder);
                }
                return isLost;
            } catch (IOException e) {
                throw new JournalException(
                        FaultKind.UNWRITABLE,
                        "journal " + folder + ": the note of what was pruned can't be written: " + e,
                        e);
            }
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (event instanceof Seal seal) {
                chain.sealed(seal);
                sealedBy = seal.nodeId();
            } else if (event instanceof JournalPruned told) {
                pruned = new PrunedMark(told.firstKept(), told.sinceMillis());
            }
            sink.event(sequence, atMillis, event);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            sink.transferred(sequence, atMillis, sessionId, delta);
        }
    }

    private static boolean isUsable(ReadOutcome outcome) {
        return outcome.isClean() || outcome.isDamagedAtEndOnly();
    }

    private static String damage(ReadOutcome outcome) {
        return outcome.isClean() ? "" : outcome.faults().get(0).toString();
    }

    private static JournalException withoutState(Path folder) {
        return new JournalException(
                FaultKind.SEQUENCE_GAP,
                "journal " + folder
                        + ": its beginning was pruned and no whole checkpoint follows. The node does not start on it."
                        + " Restore the missing files; to start a new ledger, move " + folder + " away");
    }

    /** The hint is written after a sync: what it names was on the disk. To go on would use its sequences again. */
    private static JournalException endMissing(Path folder, long found, long hinted) {
        return new JournalException(
                FaultKind.SEQUENCE_GAP,
                "journal " + folder + ": ends at sequence " + found + ", but a checkpoint after " + hinted
                        + " was on the disk. Records are missing at the end. The node does not start on it. Restore the"
                        + " missing files; to start a new ledger, move " + folder + " away");
    }

    private static JournalException refusal(Path folder, JournalFault fault, long faults) {
        String advice = fault.kind() == FaultKind.NEWER_VERSION
                ? "It was written by a later version of Weir: start that one"
                : "weir audit shows all " + faults + " faults; to start a new ledger, move " + folder + " away";
        return new JournalException(fault.kind(), fault + ". The node does not start on it. " + advice);
    }
}
