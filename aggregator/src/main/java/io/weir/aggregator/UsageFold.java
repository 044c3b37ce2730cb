package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How the fold adds up what users have used: the bytes of their root sessions that crossed the clients' sockets, by day and month in UTC of
 * the events' times. One thread.
 *
 * <p>It counts since the journal's first event, or since a checkpoint from the time when checkpoints did not carry usage. The first one that
 * does settles it: whoever knew more, or less, than its writer goes on with what it states. From there on all agree to the byte, a checkpoint that differs is
 * a violation, and usage is part of the state's digest.
 *
 * <p>For each user two days and two months are kept; see {@link PeriodSums}. Where there are more than {@value #USERS_KEPT} users, those who have nothing open and have
 * used nothing in this month and the last are dropped at the end of a checkpoint. Nobody's sum of a period that goes on is ever dropped.
 */
final class UsageFold {
    static final int USERS_KEPT = 1_024;

    private final FoldPosition position;
    private final Map<String, UserUsage> users = new HashMap<>();
    private final UserSeries series = new UserSeries();
    private final List<UserUsage> touched = new ArrayList<>();
    private final StatedUsage stated = new StatedUsage();
    private long sinceSequence;
    private boolean isSettled;
    private long day = Long.MIN_VALUE; // of the last delta, and its month
    private long month;

    UsageFold(FoldPosition position) {
        this.position = position;
    }

    /** A session's row was added. Answers where its bytes count; null if nowhere. */
    @Nullable UserUsage opened(SessionOpened opened) {
        if (opened.user().isEmpty() || !opened.isRoot()) {
            return null;
        }
        UserUsage usage = users.computeIfAbsent(opened.user(), UserUsage::new);
        usage.sessionOpened(series);
        return usage;
    }

    /** The session's row was removed. */
    void closed(UserUsage usage) {
        usage.sessionClosed();
        removeIfIdle(usage);
    }

    private void removeIfIdle(UserUsage usage) {
        if (usage.isEmpty() && !usage.hasOpenSessions()) {
            users.remove(usage.user());
        }
    }

    void add(UserUsage usage, long sessionId, long atMillis, Counts delta) {
        long bytes = delta.up() + delta.down() + delta.overheadUp() + delta.overheadDown();
        long now = Periods.day(atMillis);
        if (now != day) {
            day = now;
            month = Periods.month(now);
        }
        boolean isTooMuch =
                isTooMuch(delta) || usage.days.sumWith(day, bytes) < 0 || usage.months.sumWith(month, bytes) < 0;
        if (isTooMuch) {
            position.violated(sessionId, "what a user has used passes 2^63", Tally.ZERO, delta.toTally());
            return;
        }
        usage.add(day, month, delta);
        if (!usage.isTouched) {
            usage.isTouched = true;
            touched.add(usage);
        }
    }

    /** Whether the sum of four counts may not fit, each of which is not negative. */
    private static boolean isTooMuch(Counts delta) {
        return (delta.up() | delta.down() | delta.overheadUp() | delta.overheadDown()) > Long.MAX_VALUE >> 2;
    }

    void warned(QuotaWarned warning) {
        UserUsage usage = users.get(warning.user());
        if (usage == null) {
            return;
        }
        warned(usage.days, Periods::dayText, warning);
        warned(usage.months, Periods::monthText, warning);
    }

    private static void warned(PeriodSums sums, LongFunction<String> text, QuotaWarned warning) {
        for (Sum sum : sums.list()) {
            if (text.apply(sum.period()).equals(warning.period())) {
                sums.warned(sum.period(), warning.quotaBytes());
            }
        }
    }

    /** Hands out who has used something since this was last asked. */
    void takeTouched(Consumer<UserUsage> reader) {
        for (UserUsage usage : touched) {
            usage.isTouched = false;
            reader.accept(usage);
        }
        touched.clear();
    }

    /** Who has counts of its own, and how they are. */
    UserSeries series() {
        return series;
    }

    /** What users have done is counted from here on; no session is open. */
    void beginCounts() {
        series.clear();
        users.values().forEach(UserUsage::forgetCounts);
    }

    /** What that user has used, which may be nothing. */
    OfUser view(String user) {
        UserUsage usage = users.get(user);
        return usage == null ? new OfUser(user, List.of(), List.of()) : usage.view();
    }

    void forEach(Consumer<UserUsage> reader) {
        users.values().forEach(reader);
    }

    /** What everybody has used who has used anything, in the order of their names. */
    List<OfUser> list() {
        return users.values().stream()
                .filter(usage -> !usage.isEmpty())
                .map(UserUsage::view)
                .sorted(Comparator.comparing(OfUser::user))
                .toList();
    }

    /** Only what came after this event is counted; 0 if it is all. */
    long sinceSequence() {
        return sinceSequence;
    }

    /** Whether a checkpoint has stated it, so that everybody who reads the journal knows the same. */
    boolean isSettled() {
        return isSettled;
    }

    List<CheckpointUsage> toCheckpoint() {
        List<OfUser> all = list();
        List<CheckpointUsage> parts = new ArrayList<>();
        int from = 0;
        do {
            int to = Math.min(all.size(), from + CheckpointUsage.USERS_MAX);
            parts.add(new CheckpointUsage(sinceSequence, all.subList(from, to)));
            from = to;
        } while (from < all.size());
        return parts;
    }

    /** Begins with nothing: what was used up to this sequence is not known. */
    void startAt(long sequence) {
        users.clear();
        touched.clear();
        forgetStated();
        sinceSequence = sequence;
        isSettled = false;
    }

    /** Takes over what a checkpoint states, before its sessions. */
    void adopt(CheckpointUsage part) {
        sinceSequence = part.sinceSequence();
        isSettled = true;
        for (OfUser each : part.users()) {
            users.computeIfAbsent(each.user(), UserUsage::new).set(each);
        }
    }

    /** A checkpoint begins that is to be compared, or another one broke off. */
    void forgetStated() {
        stated.forget();
    }

    /** Keeps what a checkpoint states until all of it is there. */
    void compare(CheckpointUsage part) {
        stated.add(part);
    }

    /** The checkpoint that was compared is whole. */
    void compared() {
        boolean agrees = stated.isEmpty() ? !isSettled : stated.agreesWith(list(), sinceSequence);
        if (!agrees) {
            position.violated(0, "usage of a checkpoint differs from the events before it");
        }
        if (!stated.isEmpty() && !(isSettled && stated.sinceSequence() == sinceSequence)) {
            settle();
        }
        stated.forget();
    }

    /** Whoever knew more, or less: from here on everybody knows the same. */
    private void settle() {
        Set<String> names = new HashSet<>();
        for (OfUser each : stated.users()) {
            names.add(each.user());
            users.computeIfAbsent(each.user(), UserUsage::new).set(each);
        }
        for (UserUsage usage : List.copyOf(users.values())) {
            if (!names.contains(usage.user())) {
                usage.clear();
                removeIfIdle(usage);
            }
        }
        forgetTouched();
        sinceSequence = stated.sinceSequence();
        isSettled = true;
    }

    /** A checkpoint has ended, at that time. */
    void drop(long atMillis) {
        if (users.size() <= USERS_KEPT || !isSettled) {
            return;
        }
        long lastMonth = Periods.month(Periods.day(atMillis)) - 1;
        users.values().removeIf(usage -> !usage.hasOpenSessions() && usage.months.latest() < lastMonth);
        forgetTouched();
    }

    /** Nobody may ever ask who was touched: those who are gone must not stay for that. */
    private void forgetTouched() {
        touched.removeIf(usage -> !usage.equals(users.get(usage.user())));
    }
}
