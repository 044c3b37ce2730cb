package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/** Where events go that are in the journal, at a start and live. */
public record FoldThenShow(LedgerFold fold, RecentExchanges exchanges) implements EventSink {
    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        fold.event(sequence, atMillis, event);
        exchanges.event(sequence, atMillis, event);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        fold.transferred(sequence, atMillis, sessionId, delta);
    }
}
