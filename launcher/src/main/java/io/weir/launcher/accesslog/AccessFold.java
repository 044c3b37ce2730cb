package io.weir.launcher.accesslog;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import io.weir.launcher.accesslog.AccessLine.Kind;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Makes lines out of a journal's events. One thread. A function of the events alone: whoever reads them, when and from where, gets the
 * same lines, as long as he begins at the journal's beginning, or at a whole checkpoint that is older than the last turn of a window.
 *
 * <p>Time is cut into windows of {@code openEvery}, counted from the epoch. With the first event after a window's end, each root session that
 * was open all through it and moved something in it gets a line. A clock that goes back makes no difference; the latest time counts.
 */
final class AccessFold implements EventSink {
    /** The session that a loop counts those in whom it can't give one of their own. */
    private static final String COLLECTIVE = "REFUSED";

    private final Map<Long, OpenSession> open = new HashMap<>();
    private final long windowMillis;
    private final Consumer<AccessLine> lines;
    private long window = Long.MIN_VALUE;
    private long latestMillis;
    private long first;
    private long last;
    private long checkpoint;
    private boolean isWhole;

    /** @param windowMillis for open sessions */
    AccessFold(long windowMillis, Consumer<AccessLine> lines) {
        this.windowMillis = windowMillis;
        this.lines = lines;
    }

    /** Whether all sessions that are open are known: it read from the beginning, or a whole checkpoint. */
    boolean isWhole() {
        return isWhole;
    }

    /** The first event that it took; 0 if there was none. */
    long firstSequence() {
        return first;
    }

    /** The last event that it took; 0 if there was none. */
    long lastSequence() {
        return last;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        reach(sequence, atMillis);
        if (event instanceof SessionOpened opened) {
            open.put(opened.sessionId(), new OpenSession(opened, atMillis));
        } else if (event instanceof SessionClosed closed) {
            closed(sequence, atMillis, closed);
        } else if (event instanceof ExchangeCompleted exchange) {
            completed(sequence, atMillis, exchange);
        } else if (event instanceof ConnectionRefused refused) {
            refused(sequence, atMillis, refused);
        } else if (event instanceof SessionRouted routed) {
            OpenSession session = open.get(routed.sessionId());
            if (session != null) {
                session.routed(routed.route());
            }
        } else if (event instanceof OriginConnected connected) {
            OpenSession session = open.get(connected.sessionId());
            if (session != null) {
                session.connected(connected.address());
            }
        } else if (event instanceof ProtocolDetected detected) {
            OpenSession session = open.get(detected.sessionId());
            if (session != null) {
                session.intercepted(detected.protocol());
            }
        } else if (event instanceof CheckpointBegun) {
            checkpoint = sequence;
        } else if (event instanceof CheckpointSession row) {
            restore(row);
        } else if (event instanceof CheckpointEnded ended) {
            isWhole |= ended.beginSequence() == checkpoint;
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        reach(sequence, atMillis);
        OpenSession session = open.get(sessionId);
        if (session != null) {
            session.moved(delta, atMillis);
        }
    }

    private void reach(long sequence, long atMillis) {
        if (last == 0) {
            first = sequence;
            isWhole = sequence == 1;
        }
        long reached = Math.floorDiv(atMillis, windowMillis);
        if (reached > window) {
            if (window != Long.MIN_VALUE) {
                windowEnded(sequence, window * windowMillis);
            }
            window = reached;
        }
        latestMillis = Math.max(latestMillis, atMillis);
        last = sequence;
    }

    private void windowEnded(long sequence, long beginMillis) {
        open.values().stream()
                .filter(session -> session.opened.isRoot())
                .filter(session -> session.openedAtMillis < beginMillis && session.hasMovedSince(beginMillis))
                .sorted(Comparator.comparingLong(session -> session.opened.sessionId()))
                .forEach(session -> lines.accept(session.open(sequence, beginMillis + windowMillis)));
    }

    /** Makes a line for each session that is open where reading ended. */
    void stillOpen() {
        open.values().stream()
                .sorted(Comparator.comparingLong(session -> session.opened.sessionId()))
                .forEach(session -> lines.accept(session.open(last, latestMillis)));
    }

    private void closed(long sequence, long atMillis, SessionClosed closed) {
        OpenSession session = open.remove(closed.sessionId());
        if (session == null) {
            session = new OpenSession(unknown(closed.sessionId()), 0);
            session.restore("", closed.totals());
        }
        lines.accept(session.closed(sequence, atMillis, closed.reason(), closed.status()));
    }

    /** The beginning of a session that is not in the journal. */
    private static SessionOpened unknown(long sessionId) {
        return new SessionOpened(sessionId, 0, SessionProtocol.HTTP, "", "", "", "", "");
    }

    private void completed(long sequence, long atMillis, ExchangeCompleted exchange) {
        OpenSession session = open.get(exchange.sessionId());
        ExchangeFacts facts = ExchangeFacts.of(exchange);
        if (session != null) {
            session.read(facts);
            return;
        }
        var opened = new SessionOpened(
                exchange.sessionId(),
                exchange.parentId(),
                exchange.protocol(),
                exchange.method(),
                exchange.host(),
                exchange.url(),
                exchange.remote(),
                "");
        lines.accept(new AccessLine(
                Kind.EXCHANGE,
                sequence,
                atMillis,
                opened,
                exchange.protocol(),
                exchange.method(),
                exchange.originAddress(),
                exchange.times().startedAtMillis(),
                exchange.status(),
                null,
                Tally.ZERO,
                "",
                SessionRoute.NONE,
                facts));
    }

    private void refused(long sequence, long atMillis, ConnectionRefused refused) {
        OpenSession session = open.get(refused.sessionId());
        if (session != null && !session.opened.method().equals(COLLECTIVE)) {
            session.refused(refused.reason());
            return;
        }
        var opened = new SessionOpened(
                refused.sessionId(), 0, SessionProtocol.HTTP, "", refused.target(), "", refused.remote(), "");
        lines.accept(new AccessLine(
                Kind.REFUSED,
                sequence,
                atMillis,
                opened,
                SessionProtocol.HTTP,
                "",
                "",
                0,
                0,
                null,
                Tally.ZERO,
                refused.reason(),
                SessionRoute.NONE,
                null));
    }

    private void restore(CheckpointSession row) {
        long id = row.opened().sessionId();
        if (!open.containsKey(id)) {
            OpenSession session = new OpenSession(row.opened(), row.openedAtMillis());
            session.restore(row.originAddress(), row.totals());
            session.routed(row.route());
            open.put(id, session);
        }
    }
}
