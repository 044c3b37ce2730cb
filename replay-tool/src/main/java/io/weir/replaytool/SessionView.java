package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.Counts;

/** Is shown the sessions of a journal while it is audited. */
interface SessionView {
    /** Looks at nothing. */
    SessionView NONE = session -> {};

    /** A session ended; or it is open at the end of the journal. */
    void session(ConnectionInfo session);

    /**
     * The session that is watched moved bytes.
     *
     * @param delta the caller's own: read it here, do not keep it
     */
    default void moved(long sequence, long atMillis, Counts delta) {}
}
