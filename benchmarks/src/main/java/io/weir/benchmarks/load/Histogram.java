package io.weir.benchmarks.load;

import java.util.Arrays;

/**
 * Counts durations in buckets whose width grows with the value: 32 to each doubling, so that a percentile is at most
 * 3.2 % above the true one; the greatest is exact. Not shared between threads.
 */
final class Histogram {
    private static final int BITS = 5; // a bucket tells values apart by this many bits below the highest
    private static final int PER_DOUBLING = 1 << BITS;

    private final long[] buckets = new long[(Long.SIZE - BITS) * PER_DOUBLING];
    private long count;
    private long greatest;

    void add(long nanos) {
        long value = Math.max(0, nanos);
        buckets[indexOf(value)]++;
        count++;
        greatest = Math.max(greatest, value);
    }

    void clear() {
        Arrays.fill(buckets, 0);
        count = 0;
        greatest = 0;
    }

    void add(Histogram other) {
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] += other.buckets[i];
        }
        count += other.count;
        greatest = Math.max(greatest, other.greatest);
    }

    Histogram copy() {
        var copy = new Histogram();
        copy.add(this);
        return copy;
    }

    long count() {
        return count;
    }

    long greatest() {
        return greatest;
    }

    /** The duration, in nanoseconds, that this share (0 to 1) of all does not exceed; 0 if there is none. */
    long percentile(double share) {
        long rank = (long) Math.ceil(share * count);
        long seen = 0;
        for (int i = 0; i < buckets.length && rank > 0; i++) {
            seen += buckets[i];
            if (seen >= rank) {
                return Math.min(greatest, highestOf(i));
            }
        }
        return greatest;
    }

    private static int indexOf(long value) {
        int shift = Math.max(0, Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1) - BITS);
        return (shift << BITS) + (int) (value >>> shift);
    }

    private static long highestOf(int index) {
        if (index < 2 * PER_DOUBLING) {
            return index;
        }
        int shift = (index >> BITS) - 1;
        long first = (long) (index - (shift << BITS)) << shift;
        return first + (1L << shift) - 1;
    }
}
