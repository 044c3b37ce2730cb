package io.weir.aggregator;

import io.weir.eventbus.ExchangeCompleted;

/**
 * An exchange that is in the journal. Immutable.
 *
 * @param sequence the event's number in the journal, which no other exchange has: its id
 * @param atMillis when it was over, in ms since the epoch
 */
public record RecordedExchange(long sequence, long atMillis, ExchangeCompleted exchange) {
    /** What it takes in memory, about. */
    public long estimatedBytes() {
        return RecentExchanges.estimatedBytes(exchange);
    }
}
