package io.weir.wsgateway;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.SessionChanges;
import io.weir.aggregator.Snapshot;
import java.util.List;

/** What a step of the topic {@code changes} has to tell, in three kinds. Immutable but for the place reached; one thread. */
final class StepRows {
    /** So many closed sessions are told to a client that knows nothing. */
    static final int LAST_CLOSED = 2000;

    private StepRows() {}

    /** Everything that is open and what closed last, for a client that knows nothing. */
    static SessionChanges everything(Snapshot snapshot) {
        return new Chain(new OpenOnly(snapshot.changesAfter(0)), new Closed(snapshot.lastClosed(LAST_CLOSED), -1));
    }

    /** What closed while it was not in memory any more, in order, and what the snapshot has of the time after. */
    static SessionChanges replayed(List<ClosedSession> closed, Snapshot snapshot, long after) {
        return new Chain(new Closed(closed, -1), snapshot.changesAfter(after));
    }

    /** Goes through a list. */
    private static final class Closed implements SessionChanges {
        private final List<ClosedSession> sessions;
        private int at;

        Closed(List<ClosedSession> sessions, int at) {
            this.sessions = sessions;
            this.at = at;
        }

        @Override
        public boolean next() {
            return ++at < sessions.size();
        }

        @Override
        public ConnectionInfo info() {
            return sessions.get(at).info();
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public SessionChanges copy() {
            return new Closed(sessions, at);
        }
    }

    /** Leaves out the closed ones. */
    private static final class OpenOnly implements SessionChanges {
        private final SessionChanges all;

        OpenOnly(SessionChanges all) {
            this.all = all;
        }

        @Override
        public boolean next() {
            while (all.next()) {
                if (all.info().isOpen()) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public ConnectionInfo info() {
            return all.info();
        }

        @Override
        public boolean isWhole() {
            return true;
        }

        @Override
        public SessionChanges copy() {
            return new OpenOnly(all.copy());
        }
    }

    /** The one, then the other. */
    private static final class Chain implements SessionChanges {
        private final SessionChanges first;
        private final SessionChanges second;
        private boolean isPastFirst;

        Chain(SessionChanges first, SessionChanges second) {
            this.first = first;
            this.second = second;
        }

        @Override
        public boolean next() {
            isPastFirst = isPastFirst || !first.next();
            return isPastFirst ? second.next() : true;
        }

        @Override
        public ConnectionInfo info() {
            return current().info();
        }

        @Override
        public boolean isWhole() {
            return current().isWhole();
        }

        @Override
        public SessionChanges copy() {
            Chain copy = new Chain(first.copy(), second.copy());
            copy.isPastFirst = isPastFirst;
            return copy;
        }

        private SessionChanges current() {
            return isPastFirst ? second : first;
        }
    }
}
