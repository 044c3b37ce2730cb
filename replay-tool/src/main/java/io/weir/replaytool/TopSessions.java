package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Keeps the sessions that moved most bytes over their client's socket. One thread; bounded. */
final class TopSessions implements SessionView {
    private static final Comparator<ConnectionInfo> LEAST_FIRST = Comparator.comparingDouble(
                    TopSessions::bytes) // a double, since the sum of four counts may pass 2^63
            .thenComparing(Comparator.comparingLong(ConnectionInfo::id).reversed());

    private final int limit;
    private final PriorityQueue<ConnectionInfo> kept = new PriorityQueue<>(LEAST_FIRST);

    TopSessions(int limit) {
        this.limit = limit;
    }

    @Override
    public void session(ConnectionInfo session) {
        kept.add(session);
        if (kept.size() > limit) {
            kept.remove();
        }
    }

    /** Shows them, the largest first. */
    void showTo(SessionView view) {
        List<ConnectionInfo> sorted = new ArrayList<>(kept);
        sorted.sort(LEAST_FIRST.reversed());
        sorted.forEach(view::session);
    }

    private static double bytes(ConnectionInfo session) {
        return (double) session.counts().up()
                + session.counts().down()
                + session.counts().overheadUp()
                + session.counts().overheadDown();
    }
}
