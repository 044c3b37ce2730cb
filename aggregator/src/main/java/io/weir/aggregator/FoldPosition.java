package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.Tally;

/**
 * How far the fold has come, whether there is state to fold into, and what was found wrong on the way. Shared by the parts of one fold; one thread.
 *
 * <p>Where events are lost the state is not sure until a checkpoint was adopted, and nothing is found wrong: it would be about what is lost.
 */
final class FoldPosition {
    private final ViolationLog violations = new ViolationLog();
    private long sequence;
    private long atMillis;
    private boolean started;
    private boolean unsure;
    private long skipped;

    /** Goes on to an event. Answers false if it was folded already. */
    boolean advanceTo(long eventSequence, long eventAtMillis) {
        if (eventSequence <= sequence) {
            return false;
        }
        sequence = eventSequence;
        atMillis = eventAtMillis;
        return true;
    }

    /** Whether the event may be applied; if not, it is skipped. */
    boolean mayApply() {
        if (sequence == 1) {
            started = true;
        }
        if (!started) {
            skipped++;
        }
        return started;
    }

    /** Events after this one are not there. */
    void omitted(EventsOmitted omitted) {
        sequence = Math.max(sequence, omitted.lastSequence());
        unsure |= omitted.isLost();
    }

    void violated(long sessionId, String what, Tally expected, Tally found) {
        if (!unsure) {
            violations.found(sequence, atMillis, new ConservationViolated(sessionId, what, expected, found));
        }
    }

    /** It can't be right, and no figures say more. */
    void violated(long sessionId, String what) {
        violated(sessionId, what, Tally.ZERO, Tally.ZERO);
    }

    /** The journal records a violation. */
    void recorded(ConservationViolated violation) {
        violations.recorded(sequence, atMillis, violation);
    }

    /** A checkpoint is being adopted: until all of it is there, there is no state. */
    void adopting(long violationsRecorded) {
        started = false;
        violations.startAt(violationsRecorded);
    }

    /** A checkpoint was adopted as a whole, or turned out to be broken. */
    void adopted(boolean whole) {
        started = whole;
        unsure &= !whole;
    }

    /** Whether a checkpoint is to be believed rather than compared. */
    boolean awaitsCheckpoint() {
        return !started || unsure;
    }

    ViolationLog violations() {
        return violations;
    }

    long sequence() {
        return sequence;
    }

    long atMillis() {
        return atMillis;
    }

    boolean isStarted() {
        return started;
    }

    boolean isUnsure() {
        return unsure;
    }

    long skipped() {
        return skipped;
    }
}
