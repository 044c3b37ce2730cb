package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import org.jspecify.annotations.Nullable;

/** What one user has used. The fold's own; its thread. */
final class UserUsage {
    private final String user;
    final PeriodSums days = new PeriodSums();
    final PeriodSums months = new PeriodSums();
    private int openSessions; // root sessions, whose rows refer to this
    private @Nullable UserCounts counts; // since a session was opened
    boolean isTouched; // since somebody last asked who was

    UserUsage(String user) {
        this.user = user;
    }

    String user() {
        return user;
    }

    void sessionOpened(UserSeries series) {
        openSessions++;
        if (counts == null) {
            counts = series.of(user);
        }
        counts.opened();
    }

    void sessionClosed() {
        openSessions--;
        if (counts != null) {
            counts.closed();
        }
    }

    /** A request in one of its sessions was not carried. */
    void refused() {
        if (counts != null) {
            counts.refused();
        }
    }

    /** Counts anew from its next session on. */
    void forgetCounts() {
        counts = null;
    }

    boolean hasOpenSessions() {
        return openSessions > 0;
    }

    void add(long day, long month, Counts delta) {
        long bytes = delta.up() + delta.down() + delta.overheadUp() + delta.overheadDown();
        days.add(day, bytes);
        months.add(month, bytes);
        if (counts != null) {
            counts.add(delta);
        }
    }

    boolean isEmpty() {
        return days.isEmpty();
    }

    OfUser view() {
        return new OfUser(user, days.list(), months.list());
    }

    void set(OfUser stated) {
        days.set(stated.days());
        months.set(stated.months());
    }

    void clear() {
        days.clear();
        months.clear();
    }
}
