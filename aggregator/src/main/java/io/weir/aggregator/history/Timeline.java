package io.weir.aggregator.history;

/**
 * What a session moved when: buckets of equal length, each with what was journaled in it, in bytes. The arrays are the
 * caller's.
 *
 * @param fromMillis where the first bucket begins, in ms since the epoch
 * @param stepMillis how long a bucket is
 */
@SuppressWarnings("ArrayRecordComponent") // handed over, not compared
public record Timeline(
        long fromMillis, long stepMillis, long[] up, long[] down, long[] overheadUp, long[] overheadDown) {}
