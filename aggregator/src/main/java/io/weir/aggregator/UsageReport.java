package io.weir.aggregator;

import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What users have used of a day and a month, and of their quotas. Immutable.
 *
 * @param sequence the last event that it contains
 * @param sinceSequence only what came after this event is counted; 0 if it is all
 * @param day such as {@code 2026-11-26}, in UTC
 * @param month such as {@code 2026-11}, in UTC
 * @param users those of whom something is known, each once
 */
public record UsageReport(long sequence, long sinceSequence, String day, String month, List<User> users) {
    /** Of nobody. */
    public static final UsageReport EMPTY = new UsageReport(0, 0, "", "", List.of());

    /** Copies the list. */
    public UsageReport {
        users = List.copyOf(users);
    }

    /**
     * What one user has used.
     *
     * @param figures what it has done since the node was started; null if that is among the figures of all others
     */
    public record User(
            String user, Use day, Use month, @Nullable UserFigures figures) {}

    /**
     * What was used in one period.
     *
     * @param bytes that crossed the clients' sockets, in both directions, overhead included
     * @param quotaBytes how many may; 0 if there is no quota
     * @param isWarned whether that quota was warned of
     */
    public record Use(long bytes, long quotaBytes, boolean isWarned) {
        /** Nothing, of no quota. */
        static final Use NONE = new Use(0, 0, false);

        /** Whether the quota is used up. */
        public boolean isSpent() {
            return quotaBytes > 0 && bytes >= quotaBytes;
        }
    }

    /** Of the day and the month of that time. */
    public static UsageReport of(LedgerFold fold, QuotaPolicy policy, long atMillis) {
        long day = Periods.day(atMillis);
        UserSeries series = fold.usages().series();
        return of(
                fold,
                day,
                fold.usage().stream()
                        .map(user -> user(user, policy.of(user.user()), day, series.find(user.user())))
                        .toList());
    }

    /** The same of those that have figures of their own, in the order in which they came, and of all others together. */
    public static UsageReport ofFigures(LedgerFold fold, QuotaPolicy policy, long atMillis) {
        long day = Periods.day(atMillis);
        List<User> users = new ArrayList<>();
        fold.usages().series().forEach(figures -> {
            boolean isRest = figures.user().equals(UserSeries.REST);
            users.add(
                    isRest
                            ? new User(UserSeries.REST, Use.NONE, Use.NONE, figures)
                            : user(fold.usages().view(figures.user()), policy.of(figures.user()), day, figures));
        });
        return of(fold, day, users);
    }

    private static UsageReport of(LedgerFold fold, long day, List<User> users) {
        return new UsageReport(
                fold.sequence(),
                fold.usageSinceSequence(),
                Periods.dayText(day),
                Periods.monthText(Periods.month(day)),
                users);
    }

    private static User user(OfUser usage, Quota quota, long day, @Nullable UserFigures figures) {
        return new User(
                usage.user(),
                use(usage.days(), day, quota.dayBytes()),
                use(usage.months(), Periods.month(day), quota.monthBytes()),
                figures);
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
