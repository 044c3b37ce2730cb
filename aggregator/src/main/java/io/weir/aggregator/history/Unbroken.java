package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.EventsOmitted;

/** Passes on events, of which none may be missing. One thread. */
final class Unbroken implements EventSink {
    private final EventSink sink;
    private final long from;
    private long last;

    /** @param from the sequence that must be there at the latest */
    Unbroken(EventSink sink, long from) {
        this.sink = sink;
        this.from = from;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        follow(sequence);
        if (event instanceof EventsOmitted omitted && !omitted.isLost()) {
            last = omitted.lastSequence();
        }
        sink.event(sequence, atMillis, event);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        follow(sequence);
        sink.transferred(sequence, atMillis, sessionId, delta);
    }

    private void follow(long sequence) {
        boolean follows = last == 0 ? sequence <= from : sequence == last + 1;
        if (!follows) {
            throw new HistoryException("the journal has no events before " + sequence + " that are asked for");
        }
        last = sequence;
    }

    /**
     * Returns if there was all before a sequence.
     *
     * @throws HistoryException if the journal ends before
     */
    void requireAllBefore(long end) {
        if (end != Long.MAX_VALUE && last < end - 1) {
            throw new HistoryException("the journal has no event " + (end - 1));
        }
    }
}
