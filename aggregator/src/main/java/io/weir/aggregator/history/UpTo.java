package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/**
 * Passes events on up to a sequence, that one included, and then ends the reading with an {@link EnoughException}. One thread. It
 * counts the events that are missing, since who ends a reading does not get its outcome.
 */
public final class UpTo implements EventSink {
    private final EventSink sink;
    private final long lastSequence;
    private final MissingEvents missing;
    private long events;

    /**
     * Starts behind an event.
     *
     * @param afterSequence the event before the first that is expected; 0 for the journal's beginning
     * @param pruned what was taken from that
     */
    public UpTo(EventSink sink, long afterSequence, long lastSequence, PrunedMark pruned) {
        this.sink = sink;
        this.lastSequence = lastSequence;
        this.missing = new MissingEvents(afterSequence, pruned);
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        requireWanted(sequence);
        missing.passed(sequence, event);
        events++;
        sink.event(sequence, atMillis, event);
        endIfReached();
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        requireWanted(sequence);
        missing.passed(sequence);
        events++;
        sink.transferred(sequence, atMillis, sessionId, delta);
        endIfReached();
    }

    private void requireWanted(long sequence) {
        if (sequence > lastSequence) {
            missing.passedOver(lastSequence);
            throw new EnoughException();
        }
    }

    private void endIfReached() {
        if (missing.reached() >= lastSequence) {
            throw new EnoughException();
        }
    }

    /** The last event that was passed on, or was accounted for. */
    public long reached() {
        return missing.reached();
    }

    /** How many events were passed on. */
    public long events() {
        return events;
    }

    /** How many events were missing in between. */
    public long missing() {
        return missing.count();
    }
}
