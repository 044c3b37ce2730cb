package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import java.util.ArrayList;
import java.util.List;

/**
 * What was used in the two periods of one kind, days or months, that were used last. One thread.
 *
 * <p>Two, so that a clock which steps back over midnight and forth again finds the sums of both days: only one that visits two other days
 * makes a third forgotten.
 */
final class PeriodSums {
    private static final long NONE = Long.MIN_VALUE;

    private long period = NONE; // the one that was used last
    private long bytes;
    private long warnedQuota;
    private long earlierPeriod = NONE;
    private long earlierBytes;
    private long earlierWarnedQuota;

    /** What the sum would be; negative if it passes 2^63. */
    long sumWith(long number, long more) {
        return bytes(number) + more;
    }

    void add(long number, long more) {
        use(number);
        bytes += more;
    }

    /** Makes it the one that was used last. */
    private void use(long number) {
        if (number == period) {
            return;
        }
        boolean isKnown = number == earlierPeriod;
        long knownBytes = isKnown ? earlierBytes : 0;
        long knownQuota = isKnown ? earlierWarnedQuota : 0;
        earlierPeriod = period;
        earlierBytes = bytes;
        earlierWarnedQuota = warnedQuota;
        period = number;
        bytes = knownBytes;
        warnedQuota = knownQuota;
    }

    long bytes(long number) {
        return number == period ? bytes : number == earlierPeriod ? earlierBytes : 0;
    }

    /** The quota that was warned of last in that period; 0 if none was. */
    long warnedQuota(long number) {
        return number == period ? warnedQuota : number == earlierPeriod ? earlierWarnedQuota : 0;
    }

    /** A quota was warned of; void if the period is not known. */
    void warned(long number, long quotaBytes) {
        if (number == period) {
            warnedQuota = quotaBytes;
        } else if (number == earlierPeriod) {
            earlierWarnedQuota = quotaBytes;
        }
    }

    /** The later one's number; the lowest long if there is none. */
    long latest() {
        return Math.max(period, earlierPeriod);
    }

    boolean isEmpty() {
        return period == NONE;
    }

    /** The periods, the one that was used last first. */
    List<Sum> list() {
        List<Sum> sums = new ArrayList<>(2);
        if (period != NONE) {
            sums.add(new Sum(period, bytes, warnedQuota));
        }
        if (earlierPeriod != NONE) {
            sums.add(new Sum(earlierPeriod, earlierBytes, earlierWarnedQuota));
        }
        return sums;
    }

    /** Takes over what a checkpoint states. */
    void set(List<Sum> stated) {
        clear();
        if (stated.size() > 1) {
            earlierPeriod = stated.get(1).period();
            earlierBytes = stated.get(1).bytes();
            earlierWarnedQuota = stated.get(1).warnedQuotaBytes();
        }
        if (!stated.isEmpty()) {
            period = stated.get(0).period();
            bytes = stated.get(0).bytes();
            warnedQuota = stated.get(0).warnedQuotaBytes();
        }
    }

    void clear() {
        period = NONE;
        bytes = 0;
        warnedQuota = 0;
        earlierPeriod = NONE;
        earlierBytes = 0;
        earlierWarnedQuota = 0;
    }

    /** Whether a list states no less than another in each period of that. */
    static boolean covers(List<Sum> more, List<Sum> less) {
        return less.stream()
                .allMatch(sum ->
                        more.stream().anyMatch(each -> each.period() == sum.period() && each.bytes() >= sum.bytes()));
    }
}
