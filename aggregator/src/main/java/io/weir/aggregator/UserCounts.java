package io.weir.aggregator;

import io.weir.eventbus.Counts;

/** What root sessions of one user, or of all who have no counts of their own, have done since counting began. The fold's own; its thread. */
final class UserCounts {
    private final String user;
    private long up;
    private long down;
    private long sessionsOpened;
    private int sessionsOpen;
    private long refused;

    UserCounts(String user) {
        this.user = user;
    }

    void opened() {
        sessionsOpened++;
        sessionsOpen++;
    }

    void closed() {
        sessionsOpen--;
    }

    void refused() {
        refused++;
    }

    void add(Counts delta) {
        up += delta.up() + delta.overheadUp();
        down += delta.down() + delta.overheadDown();
    }

    UserFigures view() {
        return new UserFigures(user, up, down, sessionsOpened, sessionsOpen, refused);
    }
}
