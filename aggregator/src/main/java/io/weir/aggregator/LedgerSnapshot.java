package io.weir.aggregator;

import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The fold's state at one sequence; shares with later snapshots every page that did not change. Immutable. */
final class LedgerSnapshot implements Snapshot {
    /** How long a closed session is a recent one. */
    private static final long RECENT_MILLIS = 3_000;

    private static final int RECENT_SESSIONS = 4_096;

    private final long sequence;
    private final long atMillis;
    private final long generation;
    private final Tally totals;
    private final long sessionsOpened;
    private final long violations;
    private final int openCount;
    private final SessionPage[] pages;
    private final ClosedSessions.View closed;
    private final ClosedCounts closedCounts;
    private final long refused;

    /** @param pages never written again by anybody */
    LedgerSnapshot(
            long sequence,
            long atMillis,
            long generation,
            Tally totals,
            long sessionsOpened,
            long violations,
            int openCount,
            SessionPage[] pages,
            ClosedSessions.View closed,
            ClosedCounts closedCounts,
            long refused) {
        this.sequence = sequence;
        this.atMillis = atMillis;
        this.generation = generation;
        this.totals = totals;
        this.sessionsOpened = sessionsOpened;
        this.violations = violations;
        this.openCount = openCount;
        this.pages = pages;
        this.closed = closed;
        this.closedCounts = closedCounts;
        this.refused = refused;
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
    public long generation() {
        return generation;
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
        return closed.since(atMillis - RECENT_MILLIS, RECENT_SESSIONS);
    }

    @Override
    public SessionChanges changesAfter(long after) {
        return new SnapshotChanges(pages, closed, after);
    }

    @Override
    public long closedFloor() {
        return closed.floor();
    }

    @Override
    public List<ClosedSession> lastClosed(int limit) {
        return closed.last(limit);
    }

    @Override
    public ClosedCounts closedCounts() {
        return closedCounts;
    }

    @Override
    public long refused() {
        return refused;
    }

    @Override
    public Optional<ConnectionInfo> find(long id) {
        @Nullable ConnectionInfo open = SessionTable.find(pages, id);
        if (open != null) {
            return Optional.of(open);
        }
        return closed.find(id);
    }

    /** For tests of what snapshots share. */
    SessionPage page(int index) {
        return pages[index];
    }
}
