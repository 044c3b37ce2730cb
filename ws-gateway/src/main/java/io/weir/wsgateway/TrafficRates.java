package io.weir.wsgateway;

import io.weir.aggregator.Snapshot;
import io.weir.eventbus.Tally;
import io.weir.wsgateway.SnapshotReader.Reading;

/**
 * What happened between two readings, by the second that really passed, so that a late tick shows no peak. Bytes of payload and
 * overhead, sessions that were opened and closed. Immutable.
 *
 * @param open how many sessions were open at the end
 */
record TrafficRates(long up, long down, long overheadUp, long overheadDown, long opened, long closed, int open) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** Before there are two readings. */
    static TrafficRates none(Snapshot snapshot) {
        return new TrafficRates(0, 0, 0, 0, 0, 0, snapshot.openCount());
    }

    static TrafficRates between(Reading before, Reading after) {
        Snapshot first = before.snapshot();
        Snapshot last = after.snapshot();
        Tally from = first.totals();
        Tally to = last.totals();
        double seconds = (after.atNanos() - before.atNanos()) / NANOS_PER_SECOND;
        long opened = last.sessionsOpened() - first.sessionsOpened();
        return new TrafficRates(
                Math.round((to.up() - from.up()) / seconds),
                Math.round((to.down() - from.down()) / seconds),
                Math.round((to.overheadUp() - from.overheadUp()) / seconds),
                Math.round((to.overheadDown() - from.overheadDown()) / seconds),
                Math.round(opened / seconds),
                Math.round((opened - (last.openCount() - first.openCount())) / seconds),
                last.openCount());
    }
}
