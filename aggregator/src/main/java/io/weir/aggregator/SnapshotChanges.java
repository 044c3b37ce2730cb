package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import java.util.Objects;

/**
 * The changes in a snapshot after a sequence: first the closed sessions in the order of closing, then the open ones in that of
 * opening. One thread; makes the {@link ConnectionInfo} of an open session only when it is asked for.
 */
final class SnapshotChanges implements SessionChanges {
    private final SessionPage[] pages;
    private final ClosedSessions.View closed;
    private final long after;
    private int closedIndex; // at the end of the closed ones it stays, and page and row go on
    private int page;
    private int row = -1;

    SnapshotChanges(SessionPage[] pages, ClosedSessions.View closed, long after) {
        this.pages = pages;
        this.closed = closed;
        this.after = after;
        this.closedIndex = closed.firstAfter(after) - 1;
    }

    private SnapshotChanges(SnapshotChanges other) {
        this.pages = other.pages;
        this.closed = other.closed;
        this.after = other.after;
        this.closedIndex = other.closedIndex;
        this.page = other.page;
        this.row = other.row;
    }

    @Override
    public boolean next() {
        if (closedIndex < closed.size() && ++closedIndex < closed.size()) {
            return true;
        }
        for (; page < pages.length; page++, row = -1) {
            if (pages[page].lastChange() > after && nextInPage(pages[page])) {
                return true;
            }
        }
        return false;
    }

    private boolean nextInPage(SessionPage current) {
        while (++row < SessionPage.ROWS) {
            if (current.changedAt(row) > after && current.facts(row) != null) {
                return true;
            }
        }
        return false;
    }

    @Override
    public ConnectionInfo info() {
        if (closedIndex < closed.size()) {
            return closed.get(closedIndex).info();
        }
        Facts facts = Objects.requireNonNull(pages[page].facts(row), "moved on to a row that has a session");
        return SessionPage.info(facts, pages[page].tally(row));
    }

    @Override
    public boolean isWhole() {
        return closedIndex < closed.size() || pages[page].factsChangedAt(row) > after;
    }

    @Override
    public SessionChanges copy() {
        return new SnapshotChanges(this);
    }
}
