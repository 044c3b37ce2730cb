package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.LedgerEvent.SessionClosed;

/** What a session is when it has ended. */
final class Endings {
    private Endings() {}

    /** The session as its close leaves it, with the sum of its deltas. */
    static ConnectionInfo of(ConnectionInfo open, long atMillis, SessionClosed closed) {
        return new ConnectionInfo(
                open.id(),
                open.parentId(),
                open.protocol(),
                open.method(),
                open.host(),
                open.url(),
                open.remote(),
                open.user(),
                open.originAddress(),
                open.openedAtMillis(),
                open.counts(),
                atMillis,
                closed.reason(),
                closed.status(),
                open.route());
    }
}
