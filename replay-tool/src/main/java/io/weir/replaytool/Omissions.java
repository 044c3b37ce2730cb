package io.weir.replaytool;

import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import org.jspecify.annotations.Nullable;

/**
 * What a journal states to be no longer in it. Immutable.
 *
 * @param prunedBefore the first event that is here, if what came before was pruned; else 0
 * @param pruned the event that says so
 * @param prunedAt its sequence
 * @param lost how many events are lost
 * @param compacted how many were left out because others say the same
 */
record Omissions(long prunedBefore, @Nullable JournalPruned pruned, long prunedAt, long lost, long compacted) {
    static String sentence(long sequence, EventsOmitted omitted) {
        return "the events " + sequence + " to " + omitted.lastSequence() + " are lost: " + omitted.cause();
    }

    static String withoutProof(long firstSequence) {
        return "the journal begins at sequence " + firstSequence
                + ". Its folder says that what came before was pruned, and no event in it does";
    }

    /** What was pruned, for people. */
    String prunedText() {
        JournalPruned event = pruned;
        return event == null
                ? "nothing"
                : "events 1 to " + (prunedBefore - 1) + ", as sequence " + prunedAt + " says, by " + event.by() + ": "
                        + event.why();
    }

    /** Gathers it while a journal is read. One thread. */
    static final class Builder {
        private @Nullable JournalPruned pruned;
        private long prunedAt;
        private long firstKept = 1;
        private long lost;
        private long compacted;

        void pruned(long sequence, JournalPruned event) {
            if (event.firstKept() >= firstKept) {
                pruned = event;
                prunedAt = sequence;
                firstKept = event.firstKept();
            }
        }

        void omitted(long sequence, EventsOmitted omitted) {
            long events = omitted.lastSequence() - sequence + 1;
            lost += omitted.isLost() ? events : 0;
            compacted += omitted.isLost() ? 0 : events;
        }

        private boolean isPruned(long firstSequence) {
            return firstSequence > 1 && firstSequence <= firstKept;
        }

        /** Whether a fault is only that the beginning was pruned, of which the folder's own note is lost. */
        boolean explains(JournalFault fault, long firstSequence) {
            return fault.kind() == FaultKind.SEQUENCE_GAP && fault.afterSequence() == 0 && isPruned(firstSequence);
        }

        /** Whether the beginning is missing and was read over because of the folder's note alone. */
        boolean lacksProof(ReadOutcome outcome) {
            boolean isTold = outcome.faults().stream()
                    .anyMatch(fault -> fault.kind() == FaultKind.SEQUENCE_GAP && fault.afterSequence() == 0);
            return outcome.firstSequence() > 1 && !isPruned(outcome.firstSequence()) && !isTold;
        }

        Omissions build(long firstSequence) {
            boolean isPruned = isPruned(firstSequence);
            return new Omissions(isPruned ? firstSequence : 0, isPruned ? pruned : null, prunedAt, lost, compacted);
        }
    }
}
