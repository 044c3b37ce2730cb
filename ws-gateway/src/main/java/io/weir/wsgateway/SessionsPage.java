package io.weir.wsgateway;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.SessionFilter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Picks those of many sessions that a page shows: matching, below an id, the newest first. One thread.
 *
 * <p>It holds one row more than the page has, however many there are, and that one says whether there is more.
 */
final class SessionsPage {
    private final SessionFilter filter;
    private final long before;
    private final int limit;
    private final PriorityQueue<ConnectionInfo> newest = new PriorityQueue<>(
            Comparator.comparingLong(ConnectionInfo::id)); // the oldest on top, to be dropped for a newer one
    private long total;

    private SessionsPage(SessionFilter filter, long before, int limit) {
        this.filter = filter;
        this.before = before;
        this.limit = limit;
    }

    /** The page that was asked for. */
    static SessionsPage of(SessionsQuery query) {
        return new SessionsPage(query.filter(), query.before(), query.limit());
    }

    /** The newest of all that are offered. */
    static SessionsPage newest(int limit) {
        return newest(Long.MAX_VALUE, limit);
    }

    /** The newest of all that are offered below an id. */
    static SessionsPage newest(long before, int limit) {
        return new SessionsPage(SessionFilter.ALL, before, limit);
    }

    void offer(ConnectionInfo session) {
        if (!filter.matches(session)) {
            return;
        }
        total++;
        if (session.id() < before) {
            newest.add(session);
            if (newest.size() > limit + 1) {
                newest.remove();
            }
        }
    }

    /** How many match, on whatever page. */
    long total() {
        return total;
    }

    boolean hasMore() {
        return newest.size() > limit;
    }

    /** The rows of the page, by descending id. */
    List<ConnectionInfo> rows() {
        List<ConnectionInfo> rows = new ArrayList<>(newest);
        rows.sort(Comparator.comparingLong(ConnectionInfo::id).reversed());
        return hasMore() ? rows.subList(0, limit) : rows;
    }
}
