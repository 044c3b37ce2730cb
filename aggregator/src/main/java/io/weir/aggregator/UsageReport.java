package io.weir.aggregator;

import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What users have used of a day and a month, and of their quotas. Immutable.
 *
 * @param sequence the last event that it contains
 * @param sinceSequence only what came after this event is counted; 0 if it is all
 * @param day such as {@code 2026-11-26}, in UTC
 * @param month such as {@code 2026-11}, in UTC
 * @param users those of whom something is known, in the order of their names
 */
public record UsageReport(long sequence, long sinceSequence, String day, String month, List<User> users) {
    /** Copies the list. */
    public UsageReport {
        users = List.copyOf(users);
    }

    /** What one user has used. */
    public record User(String user, Use day, Use month) {}

    /**
     * What was used in one period.
     *
     * @param bytes that crossed the clients' sockets, in both directions, overhead included
     * @param quotaBytes how many may; 0 if there is no quota
     * @param isWarned whether that quota was warned of
     */
    public record Use(long bytes, long quotaBytes, boolean isWarned) {
        /** Whether the quota is used up. */
        public boolean isSpent() {
            return quotaBytes > 0 && bytes >= quotaBytes;
        }
    }

    /** Of the day and the month of that time. */
    public static UsageReport of(LedgerFold fold, QuotaPolicy policy, long atMillis) {
        long day = Periods.day(atMillis);
        return of(fold, policy, day, Periods.month(day));
    }

    private static UsageReport of(LedgerFold fold, QuotaPolicy policy, long day, long month) {
        return new UsageReport(
                fold.sequence(),
                fold.usageSinceSequence(),
                Periods.dayText(day),
                Periods.monthText(month),
                fold.usage().stream()
                        .map(user -> user(user, policy.of(user.user()), day, month))
                        .toList());
    }

    private static User user(OfUser usage, Quota quota, long day, long month) {
        return new User(
                usage.user(), use(usage.days(), day, quota.dayBytes()), use(usage.months(), month, quota.monthBytes()));
    }

    private static Use use(List<Sum> sums, long period, long quotaBytes) {
        @Nullable Sum found = null;
        for (Sum sum : sums) {
            if (sum.period() == period) {
                found = sum;
            }
        }
        return found == null
                ? new Use(0, quotaBytes, false)
                : new Use(found.bytes(), quotaBytes, quotaBytes > 0 && found.warnedQuotaBytes() == quotaBytes);
    }
}
