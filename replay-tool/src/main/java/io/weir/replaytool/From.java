package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/** Passes on the events from a sequence on. One thread. */
record From(long first, EventSink sink) implements EventSink {
    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (sequence >= first) {
            sink.event(sequence, atMillis, event);
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        if (sequence >= first) {
            sink.transferred(sequence, atMillis, sessionId, delta);
        }
    }
}
