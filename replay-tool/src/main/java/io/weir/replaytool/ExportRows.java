package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/** Writes what is exported in one format. One thread. What was written before is known by its number of rows alone. */
interface ExportRows {
    /** What the file begins with. */
    default String head() {
        return "";
    }

    /** A session that was closed by the event of that sequence. */
    void session(long sequence, ConnectionInfo session);

    void event(long sequence, long atMillis, LedgerEvent event);

    /**
     * A delta.
     *
     * @param delta the caller's own
     */
    void delta(long sequence, long atMillis, long sessionId, Counts delta);

    void exchange(RecordedExchange recorded);

    /**
     * What the file ends with.
     *
     * @param firstSequence the first event that the export covers
     * @param lastSequence the last
     */
    default String tail(long firstSequence, long lastSequence) {
        return "";
    }
}
