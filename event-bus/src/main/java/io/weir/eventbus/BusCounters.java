package io.weir.eventbus;

import java.util.concurrent.atomic.LongAdder;

/**
 * How often the ring was full and what that cost. Health figures, not byte counts; written only when the ring is
 * full, so they may be shared. Any thread.
 */
public final class BusCounters {
    private final LongAdder merges = new LongAdder();
    private final LongAdder waits = new LongAdder();

    BusCounters() {}

    /** Deltas that were added to one that waited because the ring was full: time resolution lost, no byte lost. */
    public long merges() {
        return merges.sum();
    }

    /** Times an event loop found the ring full and kept what it had to say. */
    public long waits() {
        return waits.sum();
    }

    void countMerge() {
        merges.increment();
    }

    void countWait() {
        waits.increment();
    }
}
