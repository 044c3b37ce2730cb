package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * 256 rows of the table of open sessions. Owned by the fold's thread until a snapshot holds it; from then on nobody
 * writes to it: the table goes on with a copy.
 */
final class SessionPage {
    static final int ROWS_SHIFT = 8;
    static final int ROWS = 1 << ROWS_SHIFT;

    private static final int COUNTS = 6;

    /** What does not change while bytes move. */
    record Facts(SessionOpened opened, long openedAtMillis, String originAddress) {}

    private final @Nullable Facts[] facts;
    private final long[] counts;
    private final long epoch;

    /** @param epoch the table's number of the publication before which this page may be written */
    SessionPage(long epoch) {
        this(new Facts[ROWS], new long[ROWS * COUNTS], epoch);
    }

    private SessionPage(@Nullable Facts[] facts, long[] counts, long epoch) {
        this.facts = facts;
        this.counts = counts;
        this.epoch = epoch;
    }

    SessionPage copy(long newEpoch) {
        return new SessionPage(facts.clone(), counts.clone(), newEpoch);
    }

    boolean isWritableIn(long currentEpoch) {
        return epoch == currentEpoch;
    }

    @Nullable Facts facts(int row) {
        return facts[row];
    }

    void setFacts(int row, @Nullable Facts value) {
        facts[row] = value;
    }

    /** Copies the row's six counts. */
    void read(int row, Counts into) {
        int i = row * COUNTS;
        into.set(counts[i], counts[i + 1], counts[i + 2], counts[i + 3], counts[i + 4], counts[i + 5]);
    }

    void write(int row, Counts from) {
        int i = row * COUNTS;
        counts[i] = from.up();
        counts[i + 1] = from.down();
        counts[i + 2] = from.overheadUp();
        counts[i + 3] = from.overheadDown();
        counts[i + 4] = from.originUp();
        counts[i + 5] = from.originDown();
    }

    Tally tally(int row) {
        int i = row * COUNTS;
        return new Tally(counts[i], counts[i + 1], counts[i + 2], counts[i + 3], counts[i + 4], counts[i + 5]);
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
                0);
    }
}
