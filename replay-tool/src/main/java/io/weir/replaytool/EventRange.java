package io.weir.replaytool;

/**
 * Which events count. Immutable.
 *
 * @param fromMillis events before are left out, in ms since the epoch
 * @param toMillis events then or later are left out
 * @param firstSequence events before are left out
 * @param lastSequence events behind are left out; this one is not
 */
record EventRange(long fromMillis, long toMillis, long firstSequence, long lastSequence) {
    /** Every event. */
    static final EventRange ALL = new EventRange(0, Long.MAX_VALUE, 1, Long.MAX_VALUE);

    static EventRange ofTime(long fromMillis, long toMillis) {
        return new EventRange(fromMillis, toMillis, 1, Long.MAX_VALUE);
    }

    static EventRange ofSequences(long first, long last) {
        return new EventRange(0, Long.MAX_VALUE, first, last);
    }

    boolean isOfTime() {
        return fromMillis > 0 || toMillis < Long.MAX_VALUE;
    }

    boolean holds(long sequence, long atMillis) {
        return sequence >= firstSequence && sequence <= lastSequence && atMillis >= fromMillis && atMillis < toMillis;
    }
}
