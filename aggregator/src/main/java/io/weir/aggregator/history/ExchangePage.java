package io.weir.aggregator.history;

import io.weir.aggregator.RecordedExchange;
import java.util.List;

/**
 * Some exchanges. Immutable.
 *
 * @param exchanges the newest first
 * @param more whether older ones may follow
 */
public record ExchangePage(List<RecordedExchange> exchanges, boolean more) {
    /** Copies the list. */
    public ExchangePage {
        exchanges = List.copyOf(exchanges);
    }
}
