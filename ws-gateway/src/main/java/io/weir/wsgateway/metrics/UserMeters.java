package io.weir.wsgateway.metrics;

import io.micrometer.core.instrument.Tags;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.UsageReport.Use;
import io.weir.aggregator.UserFigures;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts into the table what users have done and used. Owned by {@link Meters}, under its lock.
 *
 * <p>The ledger names so many users at most, those who have shown to be them, and the rest is one; so the number of series is bounded. What is asked of one that
 * is not named any more is not a number.
 */
final class UserMeters {
    private final MeterTable table;
    private final Map<String, UsageReport.User> now = new HashMap<>();

    UserMeters(MeterTable table) {
        this.table = table;
    }

    /** From now on values are those of this report; users that are new become series. */
    void show(UsageReport report) {
        now.clear();
        for (UsageReport.User each : report.users()) {
            now.put(each.user(), each);
            add(each);
        }
    }

    private void add(UsageReport.User user) {
        String name = user.user();
        bytes(name, "up", UserFigures::up);
        bytes(name, "down", UserFigures::down);
        Tags tags = Tags.of("user", name);
        table.counter(
                "weir.user.sessions.opened",
                tags,
                "Tunnels and plain exchanges that a user opened, since the start",
                reading -> figure(name, UserFigures::sessionsOpened));
        table.gauge(
                "weir.user.sessions.open",
                tags,
                "Tunnels and plain exchanges of a user that are open",
                reading -> figure(name, UserFigures::sessionsOpen));
        table.counter(
                "weir.user.refused",
                tags,
                "Requests of a user that were not carried, since the start",
                reading -> figure(name, UserFigures::refused));
        quota(name, "day", user.day(), UsageReport.User::day);
        quota(name, "month", user.month(), UsageReport.User::month);
    }

    private void bytes(String user, String direction, ToDoubleFunction<UserFigures> value) {
        table.counter(
                "weir.user.bytes",
                Tags.of("user", user, "direction", direction),
                "Bytes that crossed the sockets of a user's clients, since the start; up is what was read from them",
                reading -> figure(user, value));
    }

    private double figure(String user, ToDoubleFunction<UserFigures> value) {
        UsageReport.User found = now.get(user);
        UserFigures figures = found == null ? null : found.figures();
        return figures == null ? Double.NaN : value.applyAsDouble(figures);
    }

    private interface Period {
        Use of(UsageReport.User user);
    }

    private void quota(String user, String period, Use first, Period use) {
        if (first.quotaBytes() > 0) {
            table.gauge(
                    "weir.user.quota.used.ratio",
                    Tags.of("user", user, "period", period),
                    "What a user has used of a quota of today or this month, as a part of 1",
                    reading -> ratio(now.get(user), use));
        }
    }

    private static double ratio(UsageReport.@Nullable User user, Period period) {
        if (user == null) {
            return Double.NaN;
        }
        Use use = period.of(user);
        return use.quotaBytes() > 0 ? (double) use.bytes() / use.quotaBytes() : Double.NaN;
    }
}
