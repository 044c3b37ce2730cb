package io.weir.aggregator;

import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.QuotaBoard;
import io.weir.eventbus.QuotaBoard.Spent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what users have used against their quotas, after each batch that was journaled and folded: shows on the board who has used one up, and has it
 * journaled when one is nearly used up. Consumer thread, but for {@link #policy}.
 *
 * <p>Only who has used something in the batch is looked at; everybody is when the quotas change or another day has begun by the consumer's clock, which is
 * the one by which what moves is added to a day. While the journal can't be written nothing is folded, so nobody is looked at.
 */
final class QuotaWatch {
    private static final Logger LOG = LoggerFactory.getLogger(QuotaWatch.class);
    private static final int WARNED_PART = 5; // all but this part of a quota is used: 80 %

    private final LedgerFold fold;
    private final LedgerWriter writer;
    private final QuotaBoard board;
    private final Map<String, List<Spent>> spent = new HashMap<>();
    private final Set<String> newly = new HashSet<>();
    private final EventBatch warnings = new EventBatch();
    private volatile QuotaPolicy policy;
    private final AtomicReference<@Nullable Change> change = new AtomicReference<>();
    private QuotaPolicy lookedBy = QuotaPolicy.NONE;
    private long day = Long.MIN_VALUE;
    private long month;
    private boolean isChanged; // what is spent, since it was shown

    /** What is to hold as soon as the fold has the configuration of that version. */
    private record Change(QuotaPolicy policy, long version) {}

    QuotaWatch(LedgerFold fold, LedgerWriter writer, QuotaBoard board, QuotaPolicy policy) {
        this.fold = fold;
        this.writer = writer;
        this.board = board;
        this.policy = policy;
    }

    /**
     * From the first look on these hold that finds the configuration of that version journaled, so that nothing that they lead to stands before it. Any thread; the
     * consumer must be woken after it.
     */
    void policy(QuotaPolicy next, long version) {
        change.set(new Change(next, version));
    }

    private void takeChange() {
        Change next = change.get();
        if (next != null && fold.config().version() >= next.version() && change.compareAndSet(next, null)) {
            policy = next.policy();
        }
    }

    /** What holds now. Any thread. */
    QuotaPolicy policy() {
        return policy;
    }

    /** Looks who has used up what, by this time. */
    void look(long atMillis) throws IOException {
        if (!warnings.isEmpty()) {
            writer.write(
                    warnings,
                    atMillis); // a write has failed before them: the fold must know of them before it is asked
        }
        takeChange();
        QuotaPolicy now = policy;
        if (now.isEmpty() && lookedBy.isEmpty()) {
            return;
        }
        boolean isOtherDay = Periods.day(atMillis) != day;
        boolean isForAll = isOtherDay || !now.equals(lookedBy);
        if (isOtherDay) {
            day = Periods.day(atMillis);
            month = Periods.month(day);
        }
        lookedBy = now;
        if (isForAll) {
            lookAtAll(atMillis);
        } else {
            fold.usages().takeTouched(usage -> look(usage, atMillis));
        }
        show();
        writer.write(warnings, atMillis);
    }

    private void lookAtAll(long atMillis) {
        Map<String, List<Spent>> before = Map.copyOf(spent);
        spent.clear();
        fold.usages().takeTouched(usage -> {});
        fold.usages().forEach(usage -> look(usage, atMillis));
        isChanged = !spent.equals(before);
        newly.removeIf(user -> Objects.equals(spent.get(user), before.get(user)));
    }

    private void look(UserUsage usage, long atMillis) {
        Quota quota = lookedBy.of(usage.user());
        List<Spent> used = new ArrayList<>(2);
        long dayUsed = usage.days.bytes(day);
        if (isUsed(quota.dayBytes(), dayUsed)) {
            long begin = day * Periods.DAY_MILLIS;
            used.add(new Spent(Periods.dayText(day), quota.dayBytes(), begin, begin + Periods.DAY_MILLIS));
        }
        long monthUsed = usage.months.bytes(month);
        if (isUsed(quota.monthBytes(), monthUsed)) {
            long begin = Periods.monthBegin(month);
            used.add(new Spent(Periods.monthText(month), quota.monthBytes(), begin, Periods.monthBegin(month + 1)));
        }
        if (mustWarn(quota.dayBytes(), dayUsed, usage.days.warnedQuota(day))) {
            warn(usage.user(), Periods.dayText(day), dayUsed, quota.dayBytes(), atMillis);
        }
        if (mustWarn(quota.monthBytes(), monthUsed, usage.months.warnedQuota(month))) {
            warn(usage.user(), Periods.monthText(month), monthUsed, quota.monthBytes(), atMillis);
        }
        set(usage.user(), used);
    }

    private static boolean isUsed(long quotaBytes, long usedBytes) {
        return quotaBytes > 0 && usedBytes >= quotaBytes;
    }

    private static boolean mustWarn(long quotaBytes, long usedBytes, long warnedQuotaBytes) {
        return quotaBytes > 0 && usedBytes >= quotaBytes - quotaBytes / WARNED_PART && warnedQuotaBytes != quotaBytes;
    }

    private void warn(String user, String period, long usedBytes, long quotaBytes, long atMillis) {
        LOG.warn(
                "quota is nearly used up user={} period={} usedBytes={} quotaBytes={}",
                user,
                period,
                usedBytes,
                quotaBytes);
        warnings.add(atMillis, new QuotaWarned(user, period, usedBytes, quotaBytes));
    }

    private void set(String user, List<Spent> used) {
        List<Spent> before = used.isEmpty() ? spent.remove(user) : spent.put(user, List.copyOf(used));
        if (used.isEmpty() ? before == null : used.equals(before)) {
            return;
        }
        isChanged = true;
        if (!used.isEmpty()) {
            newly.add(user);
        }
    }

    private void show() {
        if (!isChanged) {
            return;
        }
        for (String user : newly) {
            LOG.warn("quota is used up, sessions are ended user={} quotas={}", user, spent.get(user));
        }
        board.publish(spent, newly);
        newly.clear();
        isChanged = false;
    }
}
