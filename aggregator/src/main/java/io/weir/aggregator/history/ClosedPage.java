package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import java.util.List;

/**
 * Some closed sessions. Immutable.
 *
 * @param sessions the newest first, by the sequence of their end
 * @param more whether older ones may follow
 */
public record ClosedPage(List<ClosedSession> sessions, boolean more) {
    /** Copies the list. */
    public ClosedPage {
        sessions = List.copyOf(sessions);
    }
}
