package io.weir.aggregator.history;

import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import java.util.function.Consumer;

/**
 * The ledger's fold, that tells of each session which it sees closed. One thread.
 *
 * <p>If a session closes before the fold has state, reading has to begin earlier: it stops, having told of none, and {@link
 * #beganTooLate()}.
 */
final class ClosingFold implements EventSink {
    private final LedgerFold fold = new LedgerFold();
    private final long from;
    private final boolean mayBeginEarlier;
    private final Consumer<ClosedSession> sink;
    private boolean beganTooLate;
    private boolean hasPassedOver;

    /**
     * @param from the first sequence of a close that is asked for
     * @param mayBeginEarlier whether there is more of the journal to begin with; else closes without state are passed over
     */
    ClosingFold(long from, boolean mayBeginEarlier, Consumer<ClosedSession> sink) {
        this.from = from;
        this.mayBeginEarlier = mayBeginEarlier;
        this.sink = sink;
    }

    boolean beganTooLate() {
        return beganTooLate;
    }

    /** Whether sessions closed of which nothing could be told, as there was no state. */
    boolean hasPassedOver() {
        return hasPassedOver;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (event instanceof SessionClosed closed && sequence >= from) {
            closed(sequence, atMillis, closed);
        }
        fold.event(sequence, atMillis, event);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        fold.transferred(sequence, atMillis, sessionId, delta);
    }

    private void closed(long sequence, long atMillis, SessionClosed closed) {
        if (!fold.isStarted()) {
            if (mayBeginEarlier) {
                beganTooLate = true;
                throw new ScanStop();
            }
            hasPassedOver = true;
            return;
        }
        ConnectionInfo open = fold.findOpen(closed.sessionId());
        if (open != null) { // else its opening is lost, or it was closed before
            sink.accept(new ClosedSession(sequence, closedInfo(open, atMillis, closed)));
        }
    }

    private static ConnectionInfo closedInfo(ConnectionInfo open, long atMillis, SessionClosed closed) {
        return new ConnectionInfo(
                open.id(),
                open.parentId(),
                open.protocol(),
                open.method(),
                open.host(),
                open.url(),
                open.remote(),
                open.user(),
                open.originAddress(),
                open.openedAtMillis(),
                open.counts(),
                atMillis,
                closed.reason(),
                closed.status(),
                open.route());
    }
}
