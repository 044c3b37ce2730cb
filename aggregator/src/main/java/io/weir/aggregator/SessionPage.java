package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * 256 rows of the table of open sessions. Owned by the fold's thread until a snapshot holds it; from then on nobody
 * writes to it: the table goes on with a copy.
 *
 * <p>Each row has the sequence of its last change and that of the last change of its facts, and the page the highest of
 * them, so that who looks for changes passes over a page that has none. They are no part of the state that is compared.
 */
final class SessionPage {
    static final int ROWS_SHIFT = 8;
    static final int ROWS = 1 << ROWS_SHIFT;

    private static final int CHANGED = 6; // behind the six counts
    private static final int FACTS_CHANGED = 7;
    private static final int WIDTH = 8; // longs a row: one cache line

    /** What does not change while bytes move. */
    record Facts(SessionOpened opened, long openedAtMillis, String originAddress, SessionRoute route) {
        Facts as(SessionOpened changed) {
            return new Facts(changed, openedAtMillis, originAddress, route);
        }

        Facts connectedTo(String address) {
            return new Facts(opened, openedAtMillis, address, route);
        }

        Facts routed(SessionRoute changed) {
            return new Facts(opened, openedAtMillis, originAddress, changed);
        }
    }

    private final @Nullable Facts[] facts;
    private final long[] figures;
    private final long epoch;
    private long lastChange;

    /** @param epoch the table's number of the publication before which this page may be written */
    SessionPage(long epoch) {
        this(new Facts[ROWS], new long[ROWS * WIDTH], epoch, 0);
    }

    private SessionPage(@Nullable Facts[] facts, long[] figures, long epoch, long lastChange) {
        this.facts = facts;
        this.figures = figures;
        this.epoch = epoch;
        this.lastChange = lastChange;
    }

    SessionPage copy(long newEpoch) {
        return new SessionPage(facts.clone(), figures.clone(), newEpoch, lastChange);
    }

    boolean isWritableIn(long currentEpoch) {
        return epoch == currentEpoch;
    }

    @Nullable Facts facts(int row) {
        return facts[row];
    }

    void setFacts(int row, Facts value, long sequence) {
        facts[row] = value;
        figures[row * WIDTH + FACTS_CHANGED] = sequence;
        changed(row, sequence);
    }

    private void changed(int row, long sequence) {
        figures[row * WIDTH + CHANGED] = sequence;
        lastChange = Math.max(lastChange, sequence);
    }

    /** Empties a row. That changes none that is left. */
    void clear(int row) {
        facts[row] = null;
        Arrays.fill(figures, row * WIDTH, (row + 1) * WIDTH, 0);
    }

    /** Takes a row over as it is, from another place. */
    void take(int row, SessionPage from, int fromRow) {
        facts[row] = from.facts[fromRow];
        System.arraycopy(from.figures, fromRow * WIDTH, figures, row * WIDTH, WIDTH);
        lastChange = Math.max(lastChange, changedAt(row));
    }

    /** The sequence of the last event that changed a row, closes apart. */
    long lastChange() {
        return lastChange;
    }

    /** The sequence of the last event that changed the row. */
    long changedAt(int row) {
        return figures[row * WIDTH + CHANGED];
    }

    /** The sequence of the last event that changed more of the row than its counts. */
    long factsChangedAt(int row) {
        return figures[row * WIDTH + FACTS_CHANGED];
    }

    /** Copies the row's six counts. */
    void read(int row, Counts into) {
        int i = row * WIDTH;
        into.set(figures[i], figures[i + 1], figures[i + 2], figures[i + 3], figures[i + 4], figures[i + 5]);
    }

    void write(int row, Counts from, long sequence) {
        int i = row * WIDTH;
        figures[i] = from.up();
        figures[i + 1] = from.down();
        figures[i + 2] = from.overheadUp();
        figures[i + 3] = from.overheadDown();
        figures[i + 4] = from.originUp();
        figures[i + 5] = from.originDown();
        changed(row, sequence);
    }

    Tally tally(int row) {
        int i = row * WIDTH;
        return new Tally(figures[i], figures[i + 1], figures[i + 2], figures[i + 3], figures[i + 4], figures[i + 5]);
    }

    /** The open session in a row that has one. */
    static ConnectionInfo info(Facts facts, Tally counts) {
        SessionOpened opened = facts.opened();
        return new ConnectionInfo(
                opened.sessionId(),
                opened.parentId(),
                opened.protocol(),
                opened.method(),
                opened.host(),
                opened.url(),
                opened.remote(),
                opened.user(),
                facts.originAddress(),
                facts.openedAtMillis(),
                counts,
                0,
                null,
                0,
                facts.route());
    }

    /** A session that a row has had, as its close leaves it. */
    static ConnectionInfo closedInfo(Facts facts, Tally counts, SessionClosed closed, long atMillis) {
        SessionOpened opened = facts.opened();
        return new ConnectionInfo(
                opened.sessionId(),
                opened.parentId(),
                opened.protocol(),
                opened.method(),
                opened.host(),
                opened.url(),
                opened.remote(),
                opened.user(),
                facts.originAddress(),
                facts.openedAtMillis(),
                counts,
                atMillis,
                closed.reason(),
                closed.status(),
                facts.route());
    }
}
