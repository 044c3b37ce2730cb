package io.weir.proxyengine;

import io.weir.eventbus.Counts;
import io.weir.eventbus.SessionMeter;

/** Notices that a session moves nothing any more, in either direction, on either side. Event loop only. */
final class IdleWatch {
    private final SessionMeter meter;
    private final long limitNanos;
    private long movedBytes;
    private long movedAtNanos;

    IdleWatch(SessionMeter meter, long limitNanos, long nowNanos) {
        this.meter = meter;
        this.limitNanos = limitNanos;
        movedAtNanos = nowNanos;
    }

    /** Looks whether anything moved since the last look, and if not, whether that is too long as things are now. */
    boolean isOverdue(long nowNanos, Shortage shortage) {
        return isOverdue(nowNanos, shortage, false);
    }

    /**
     * The same.
     *
     * @param isWaiting whether it would move something if it were its turn: then it is not idle
     */
    boolean isOverdue(long nowNanos, Shortage shortage, boolean isWaiting) {
        Counts total = meter.total();
        long moved = total.up() + total.down() + total.originUp() + total.originDown();
        if (moved != movedBytes || isWaiting) {
            movedBytes = moved;
            movedAtNanos = nowNanos;
            return false;
        }
        return nowNanos - movedAtNanos > shortage.patience(limitNanos);
    }
}
