package io.weir.aggregator;

import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The ledger's state after one sequence. Immutable; any thread. */
public interface Snapshot {
    /** The last event that it contains. */
    long sequence();

    /** When it was taken, in ms since the epoch. */
    long atMillis();

    /**
     * Which run of sequences it is of: a ledger of the past that goes to another time begins with the next one. Only snapshots of the same
     * run can be compared by their sequences. 0 for a ledger that is being written.
     */
    default long generation() {
        return 0;
    }

    /** Sum over all root sessions of all time, open ones included. */
    Tally totals();

    /** How many sessions were ever opened. */
    long sessionsOpened();

    /** How many sessions are open. */
    int openCount();

    /** How many conservation violations were ever found. */
    long violations();

    /** Hands out every open session, in the order of opening. The infos are made while iterating. */
    void forEachOpen(Consumer<ConnectionInfo> reader);

    /** Sessions closed in the last seconds before {@link #atMillis()}, with their final figures, oldest first; bounded. */
    List<ConnectionInfo> recentlyClosed();

    /**
     * The sessions that changed after a sequence: closed ones as far as they are held, see {@link #closedFloor()}, in the order of
     * closing, then open ones in that of opening. What did not change since costs next to nothing.
     */
    SessionChanges changesAfter(long sequence);

    /** All sessions that were closed after this sequence are held; those closed up to it may be in the journal only. */
    long closedFloor();

    /** The sessions closed last that are held, the newest first. */
    List<ClosedSession> lastClosed(int limit);

    /** How many sessions were ever closed, and how. */
    ClosedCounts closedCounts();

    /** How many connections were ever refused. */
    long refused();

    /** An open session by its id, or a closed one that is held. Looks at every row. */
    Optional<ConnectionInfo> find(long id);
}
