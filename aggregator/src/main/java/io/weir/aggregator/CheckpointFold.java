package io.weir.aggregator;

import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.Tally;

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

    private final FoldPosition position;
    private final NodeFold node;
    private final SessionFold sessions;
    private final EventCounts eventCounts;
    private final UsageFold usages;
    private Mode mode = Mode.NONE;
    private long beginSequence;
    private int sessionsStated;
    private int sessionsSeen;

    CheckpointFold(
            FoldPosition position, NodeFold node, SessionFold sessions, EventCounts eventCounts, UsageFold usages) {
        this.position = position;
        this.node = node;
        this.sessions = sessions;
        this.eventCounts = eventCounts;
        this.usages = usages;
    }

    void begun(CheckpointBegun begun) {
        breakOff();
        usages.forgetStated(); // of one that did not end as it began
        beginSequence = position.sequence();
        sessionsStated = begun.open();
        sessionsSeen = 0;
        if (position.awaitsCheckpoint()) {
            mode = Mode.ADOPTING;
            adopt(begun);
        } else {
            mode = Mode.COMPARING;
            compare(begun);
        }
    }

    void counts(CheckpointCounts stated) {
        switch (mode) {
            case COMPARING -> compare(stated);
            case ADOPTING -> eventCounts.adopt(stated);
            case NONE -> stray("counts of no checkpoint");
        }
    }

    void config(CheckpointConfig stated) {
        switch (mode) {
            case COMPARING -> node.compare(stated);
            case ADOPTING -> node.adopt(stated);
            case NONE -> stray("configuration of no checkpoint");
        }
    }

    void usage(CheckpointUsage part) {
        switch (mode) {
            case COMPARING -> usages.compare(part);
            case ADOPTING -> usages.adopt(part);
            case NONE -> stray("usage of no checkpoint");
        }
    }

    void session(CheckpointSession session) {
        sessionsSeen++;
        switch (mode) {
            case COMPARING -> sessions.compare(session);
            case ADOPTING -> sessions.adopt(session);
            case NONE -> stray("session of no checkpoint");
        }
    }

    void ended(CheckpointEnded ended) {
        boolean whole = ended.beginSequence() == beginSequence && sessionsSeen == sessionsStated;
        if (mode == Mode.NONE || !whole) {
            stray("checkpoint does not end as it began");
        }
        if (mode == Mode.ADOPTING) {
            position.adopted(whole);
        } else if (mode == Mode.COMPARING && whole) {
            usages.compared();
        }
        if (mode != Mode.NONE && whole) {
            usages.drop(position.atMillis());
        }
        mode = Mode.NONE;
    }

    private void stray(String what) {
        if (position.isStarted()) { // else the journal's earlier part is not there, and this one's beginning with it
            position.violated(0, what);
        }
    }

    void breakOff() {
        if (mode == Mode.COMPARING) {
            usages.forgetStated();
        }
        mode = Mode.NONE; // an adoption that did not end leaves the fold without state, to be overwritten by the next
    }

    private void adopt(CheckpointBegun begun) {
        position.adopting(begun.violations());
        sessions.adopt(begun);
        eventCounts.startAt(position.sequence());
        usages.startAt(position.sequence());
        node.adopt(begun);
    }

    private void compare(CheckpointBegun begun) {
        Tally totals = sessions.totals();
        if (!begun.totals().equals(totals)) {
            position.violated(0, "totals of a checkpoint are not the sum of the deltas", begun.totals(), totals);
        }
        boolean same = node.agreesWith(begun)
                && begun.sessionsOpened() == sessions.openedCount()
                && begun.violations() == position.violations().recorded()
                && begun.open() == sessions.open().size();
        if (!same) {
            position.violated(0, "a checkpoint differs from the events before it", begun.totals(), totals);
        }
    }

    private void compare(CheckpointCounts stated) {
        if (!eventCounts.agreesWith(stated)) {
            position.violated(0, "counts of a checkpoint differ from the events before it");
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
