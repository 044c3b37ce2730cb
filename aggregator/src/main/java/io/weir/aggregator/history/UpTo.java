package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.EnoughException;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/**
 * Passes events on up to a sequence, that one included, and then ends the reading with an {@link EnoughException}. One thread. It
 * counts the events that are missing, since who ends a reading does not get its outcome.
 */
public final class UpTo implements EventSink {
    private final EventSink sink;
    private final long lastSequence;
    private long reached;
    private long missing;

    /**
     * Starts behind an event.
     *
     * @param afterSequence the event before the first that is expected
     */
    public UpTo(EventSink sink, long afterSequence, long lastSequence) {
        this.sink = sink;
        this.reached = afterSequence;
        this.lastSequence = lastSequence;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        pass(sequence);
        sink.event(sequence, atMillis, event);
        endIfReached();
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        pass(sequence);
        sink.transferred(sequence, atMillis, sessionId, delta);
        endIfReached();
    }

    private void pass(long sequence) {
        if (sequence > lastSequence) {
            missing += lastSequence - reached;
            throw new EnoughException();
        }
        missing += sequence - reached - 1;
        reached = sequence;
    }

    private void endIfReached() {
        if (reached == lastSequence) {
            throw new EnoughException();
        }
    }

    /** The last event that was passed on. */
    public long reached() {
        return reached;
    }

    /** How many events were missing in between. */
    public long missing() {
        return missing;
    }
}
