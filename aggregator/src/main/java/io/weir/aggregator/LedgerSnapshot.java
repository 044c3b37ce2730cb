package io.weir.aggregator;

import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The fold's state at one sequence; shares with later snapshots every page that did not change. Immutable. */
final class LedgerSnapshot implements Snapshot {
    private final long sequence;
    private final long atMillis;
    private final Tally totals;
    private final long sessionsOpened;
    private final long violations;
    private final int openCount;
    private final SessionPage[] pages;
    private final List<ConnectionInfo> recentlyClosed;

    /** @param pages never written again by anybody */
    LedgerSnapshot(
            long sequence,
            long atMillis,
            Tally totals,
            long sessionsOpened,
            long violations,
            int openCount,
            SessionPage[] pages,
            List<ConnectionInfo> recentlyClosed) {
        this.sequence = sequence;
        this.atMillis = atMillis;
        this.totals = totals;
        this.sessionsOpened = sessionsOpened;
        this.violations = violations;
        this.openCount = openCount;
        this.pages = pages;
        this.recentlyClosed = recentlyClosed;
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public long atMillis() {
        return atMillis;
    }

    @Override
    public Tally totals() {
        return totals;
    }

    @Override
    public long sessionsOpened() {
        return sessionsOpened;
    }

    @Override
    public int openCount() {
        return openCount;
    }

    @Override
    public long violations() {
        return violations;
    }

    @Override
    public void forEachOpen(Consumer<ConnectionInfo> reader) {
        SessionTable.forEach(pages, reader);
    }

    @Override
    public List<ConnectionInfo> recentlyClosed() {
        return recentlyClosed;
    }

    @Override
    public SessionChanges changesAfter(long after) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long closedFloor() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<ClosedSession> lastClosed(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ClosedCounts closedCounts() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long refused() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ConnectionInfo> find(long id) {
        @Nullable ConnectionInfo open = SessionTable.find(pages, id);
        if (open != null) {
            return Optional.of(open);
        }
        return recentlyClosed.stream().filter(info -> info.id() == id).findFirst();
    }

    /** For tests of what snapshots share. */
    SessionPage page(int index) {
        return pages[index];
    }
}
