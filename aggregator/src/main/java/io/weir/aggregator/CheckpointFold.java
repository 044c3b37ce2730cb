package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * How the fold meets a checkpoint: it compares it with its state, or takes it for its state if it has none. One thread.
 *
 * <p>A checkpoint that something else interrupts was cut short by the end of its writer. Compared so far, it is
 * forgotten; adopted so far, it is dropped again.
 */
final class CheckpointFold {
    private enum Mode {
        NONE,
        COMPARING,
        ADOPTING
    }

    private final LedgerFold fold;
    private final Counts counts = new Counts();
    private Mode mode = Mode.NONE;
    private long beginSequence;
    private int sessionsStated;
    private int sessionsSeen;

    CheckpointFold(LedgerFold fold) {
        this.fold = fold;
    }

    void begun(CheckpointBegun begun) {
        breakOff();
        fold.usages().forgetStated(); // of one that did not end as it began
        beginSequence = fold.sequence();
        sessionsStated = begun.open();
        sessionsSeen = 0;
        if (fold.awaitsCheckpoint()) {
            mode = Mode.ADOPTING;
            fold.adopt(begun);
        } else {
            mode = Mode.COMPARING;
            compare(begun);
        }
    }

    void counts(CheckpointCounts counts) {
        switch (mode) {
            case COMPARING -> compare(counts);
            case ADOPTING -> fold.eventCounts().adopt(counts);
            case NONE -> stray("counts of no checkpoint");
        }
    }

    void config(CheckpointConfig stated) {
        switch (mode) {
            case COMPARING -> compare(stated);
            case ADOPTING -> fold.adopt(stated);
            case NONE -> stray("configuration of no checkpoint");
        }
    }

    void usage(CheckpointUsage part) {
        switch (mode) {
            case COMPARING -> fold.usages().compare(part);
            case ADOPTING -> fold.usages().adopt(part);
            case NONE -> stray("usage of no checkpoint");
        }
    }

    void session(CheckpointSession session) {
        sessionsSeen++;
        switch (mode) {
            case COMPARING -> compare(session);
            case ADOPTING -> fold.adopt(session);
            case NONE -> stray("session of no checkpoint");
        }
    }

    void ended(CheckpointEnded ended) {
        boolean whole = ended.beginSequence() == beginSequence && sessionsSeen == sessionsStated;
        if (mode == Mode.NONE || !whole) {
            stray("checkpoint does not end as it began");
        }
        if (mode == Mode.ADOPTING) {
            fold.adopted(whole);
        } else if (mode == Mode.COMPARING && whole) {
            fold.usages().compared();
        }
        if (mode != Mode.NONE && whole) {
            fold.usages().drop(fold.atMillis());
        }
        mode = Mode.NONE;
    }

    private void stray(String what) {
        if (fold.isStarted()) { // else the journal's earlier part is not there, and this one's beginning with it
            fold.violated(0, what, Tally.ZERO, Tally.ZERO);
        }
    }

    void breakOff() {
        if (mode == Mode.COMPARING) {
            fold.usages().forgetStated();
        }
        mode = Mode.NONE; // an adoption that did not end leaves the fold without state, to be overwritten by the next
    }

    private void compare(CheckpointBegun begun) {
        Tally totals = fold.totals();
        if (!begun.totals().equals(totals)) {
            fold.violated(0, "totals of a checkpoint are not the sum of the deltas", begun.totals(), totals);
        }
        boolean same = begun.boot() == fold.boot()
                && begun.idsReservedBelow() == fold.idsReservedBelow()
                && begun.sessionsOpened() == fold.sessionsOpened()
                && begun.violations() == fold.violationsRecorded()
                && begun.open() == fold.openCount();
        if (!same) {
            fold.violated(0, "a checkpoint differs from the events before it", begun.totals(), totals);
        }
    }

    private void compare(CheckpointCounts counts) {
        if (!fold.eventCounts().agreesWith(counts)) {
            fold.violated(0, "counts of a checkpoint differ from the events before it", Tally.ZERO, Tally.ZERO);
        }
    }

    private void compare(CheckpointConfig stated) {
        if (!stated.equals(fold.config())) {
            fold.violated(0, "configuration of a checkpoint differs from the events before it", Tally.ZERO, Tally.ZERO);
        }
    }

    private void compare(CheckpointSession session) {
        long id = session.opened().sessionId();
        @Nullable Facts facts = null;
        counts.clear();
        int row = fold.sessions().rowOf(id);
        if (row != LongIntMap.ABSENT) {
            facts = fold.sessions().facts(row);
            fold.sessions().read(row, counts);
        }
        Facts stated = new Facts(session.opened(), session.openedAtMillis(), session.originAddress(), session.route());
        if (!stated.equals(facts) || !counts.matches(session.totals())) {
            fold.violated(id, "session of a checkpoint differs from its events", session.totals(), counts.toTally());
        }
    }

    static Counts toCounts(Tally tally) {
        Counts counts = new Counts();
        counts.set(
                tally.up(),
                tally.down(),
                tally.overheadUp(),
                tally.overheadDown(),
                tally.originUp(),
                tally.originDown());
        return counts;
    }
}
