package io.weir.aggregator.replay;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.FoldThenShow;
import io.weir.aggregator.journal.EnoughException;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;

/** Lets each event through to a replay's state when its time has come. The replay's thread; one for each stretch that is read. */
final class ReplayGate implements EventSink {
    private static final long SET_BACK_MILLIS =
            600_000; // less may be an outage, in which deltas have the time of their end

    private final ReplayLoop loop;
    private final EventSink beside;
    private final FoldThenShow shown;

    ReplayGate(ReplayLoop loop, EventSink beside) {
        this.loop = loop;
        this.beside = beside;
        this.shown = loop.shown();
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (passes(sequence, atMillis)) {
            shown.event(sequence, atMillis, event);
            loop.endStep();
            beside.event(sequence, atMillis, event);
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        if (passes(sequence, atMillis)) {
            shown.transferred(sequence, atMillis, sessionId, delta);
            loop.endStep();
            beside.transferred(sequence, atMillis, sessionId, delta);
        }
    }

    /** Whether the event is to be folded: not if it is in the state already, since reading began within its record. */
    private boolean passes(long sequence, long atMillis) {
        if (sequence <= loop.fold().sequence()) {
            return false;
        }
        if (sequence > loop.range().last()) {
            throw new EnoughException();
        }
        ReplayClock clock = loop.clock();
        if (atMillis < clock.atMillis() - SET_BACK_MILLIS) {
            clock.set(atMillis);
        }
        loop.awaitTurn(sequence, atMillis);
        return true;
    }
}
