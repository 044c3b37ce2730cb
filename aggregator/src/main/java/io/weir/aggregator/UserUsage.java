package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;

/** What one user has used. The fold's own; its thread. */
final class UserUsage {
    private final String user;
    final PeriodSums days = new PeriodSums();
    final PeriodSums months = new PeriodSums();
    private int openSessions; // root sessions, whose rows refer to this
    boolean isTouched; // since somebody last asked who was

    UserUsage(String user) {
        this.user = user;
    }

    String user() {
        return user;
    }

    void sessionOpened() {
        openSessions++;
    }

    void sessionClosed() {
        openSessions--;
    }

    boolean hasOpenSessions() {
        return openSessions > 0;
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
