package io.weir.aggregator.history;

import io.weir.eventbus.Counts;

/** Adds up what moved by time, in buckets of equal length; what lies outside goes to the first or the last. One thread. */
final class Buckets {
    /** A step is one of these, or a whole number of days. */
    private static final long[] STEPS_MILLIS = {
        1,
        2,
        5,
        10,
        20,
        50,
        100,
        200,
        500,
        1_000,
        2_000,
        5_000,
        10_000,
        15_000,
        30_000,
        60_000,
        120_000,
        300_000,
        600_000,
        900_000,
        1_800_000,
        3_600_000,
        7_200_000,
        10_800_000,
        21_600_000,
        43_200_000
    };

    private static final long DAY_MILLIS = 86_400_000;

    private final long fromMillis;
    private final long stepMillis;
    private final long[] up;
    private final long[] down;
    private final long[] overheadUp;
    private final long[] overheadDown;

    /** At most {@code maxPoints} of them, as short as goes, so that both times are in one. */
    Buckets(long fromMillis, long toMillis, int maxPoints) {
        if (maxPoints < 1) {
            throw new IllegalArgumentException("points=" + maxPoints + ": must be 1 or more");
        }
        if (fromMillis < 0 || toMillis < fromMillis) {
            throw new IllegalArgumentException("from=" + fromMillis + " to=" + toMillis + ": not a range of time");
        }
        this.fromMillis = fromMillis;
        this.stepMillis = step(toMillis - fromMillis, maxPoints);
        int points = (int) ((toMillis - fromMillis) / stepMillis) + 1;
        up = new long[points];
        down = new long[points];
        overheadUp = new long[points];
        overheadDown = new long[points];
    }

    private static long step(long span, int maxPoints) {
        for (long step : STEPS_MILLIS) {
            if (span / step < maxPoints) {
                return step;
            }
        }
        return (span / DAY_MILLIS / maxPoints + 1) * DAY_MILLIS;
    }

    void add(long atMillis, Counts delta) {
        long bucket = atMillis < fromMillis ? 0 : (atMillis - fromMillis) / stepMillis;
        int i = (int) Math.min(bucket, up.length - 1);
        up[i] = sum(up[i], delta.up());
        down[i] = sum(down[i], delta.down());
        overheadUp[i] = sum(overheadUp[i], delta.overheadUp());
        overheadDown[i] = sum(overheadDown[i], delta.overheadDown());
    }

    /** No sum of a ledger passes 2^63; one that was made to harm stays there. */
    private static long sum(long a, long b) {
        long sum = a + b;
        return sum < 0 ? Long.MAX_VALUE : sum;
    }

    Timeline timeline() {
        return new Timeline(fromMillis, stepMillis, up, down, overheadUp, overheadDown);
    }
}
