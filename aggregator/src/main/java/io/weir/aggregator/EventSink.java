package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/** Takes the events of a ledger in the order of their sequence. One thread at a time. */
public interface EventSink {
    /**
     * Takes any event but a delta.
     *
     * @param sequence the event's number in the journal
     * @param atMillis when it happened, in ms since the epoch; informs, does not order
     */
    void event(long sequence, long atMillis, LedgerEvent event);

    /**
     * Takes a delta.
     *
     * @param delta what moved; the caller's own, used again for the next event: read it here, do not keep it
     */
    void transferred(long sequence, long atMillis, long sessionId, Counts delta);
}
