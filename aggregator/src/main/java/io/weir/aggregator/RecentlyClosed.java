package io.weir.aggregator;

import java.util.ArrayDeque;
import java.util.List;

/** The sessions that closed last, for readers that show a closed row a little longer. One thread; bounded. */
final class RecentlyClosed {
    /** How long a closed session stays, by the clock of the snapshot. */
    static final long KEPT_MILLIS = 3_000;

    static final int KEPT_SESSIONS = 4_096;

    private final ArrayDeque<ConnectionInfo> sessions = new ArrayDeque<>();
    private List<ConnectionInfo> published = List.of();
    private boolean changed;

    void add(ConnectionInfo closed) {
        if (sessions.size() == KEPT_SESSIONS) {
            sessions.removeFirst();
        }
        sessions.addLast(closed);
        changed = true;
    }

    /** Those that closed within {@link #KEPT_MILLIS} before {@code atMillis}, oldest first. Immutable. */
    List<ConnectionInfo> asOf(long atMillis) {
        while (!sessions.isEmpty() && sessions.getFirst().closedAtMillis() < atMillis - KEPT_MILLIS) {
            sessions.removeFirst();
            changed = true;
        }
        if (changed) {
            published = List.copyOf(sessions);
            changed = false;
        }
        return published;
    }
}
