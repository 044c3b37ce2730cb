package io.weir.aggregator.history;

import io.weir.aggregator.journal.PrunedMark;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.EventsOmitted;

/**
 * Counts the events that are missing between those that come. One thread. What was pruned from the journal's beginning is not missing, nor
 * what a compaction left out; what the journal states to be lost is.
 */
public final class MissingEvents {
    private final PrunedMark pruned;
    private long reached;
    private long missing;

    /**
     * Starts behind an event.
     *
     * @param afterSequence the event before the first that is expected; 0 for the journal's beginning
     */
    public MissingEvents(long afterSequence, PrunedMark pruned) {
        this.reached = afterSequence;
        this.pruned = pruned;
    }

    /** A delta came. */
    public void passed(long sequence) {
        if (reached == 0 && pruned.explains(sequence)) {
            reached = sequence - 1;
        }
        missing += Math.max(0, sequence - reached - 1);
        reached = Math.max(reached, sequence);
    }

    /** Another event came. */
    public void passed(long sequence, LedgerEvent event) {
        passed(sequence);
        if (event instanceof EventsOmitted omitted) {
            missing += omitted.isLost() ? omitted.lastSequence() - sequence + 1 : 0;
            reached = Math.max(reached, omitted.lastSequence());
        }
    }

    /** One came that is behind the last that was wanted. */
    public void passedOver(long lastSequence) {
        missing += Math.max(0, lastSequence - reached);
    }

    /** The last event that came, or was accounted for. */
    public long reached() {
        return reached;
    }

    /** How many were missing so far. */
    public long count() {
        return missing;
    }
}
