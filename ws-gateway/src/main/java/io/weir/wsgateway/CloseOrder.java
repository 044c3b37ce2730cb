package io.weir.wsgateway;

import io.weir.aggregator.SessionFilter;
import java.util.Set;

/** Which sessions {@code POST /api/sessions/close} is to close, and why: one line, empty if nobody said. Immutable. */
sealed interface CloseOrder {
    String why();

    /** These, as far as they are open. */
    record Named(Set<Long> ids, String why) implements CloseOrder {
        /** Copies the set. */
        public Named {
            ids = Set.copyOf(ids);
        }
    }

    /**
     * Those that are open now and match.
     *
     * @param text the filter as the ledger records it
     */
    record Matching(SessionFilter filter, String text, String why) implements CloseOrder {}

    /** Every one. */
    record All(String why) implements CloseOrder {}
}
