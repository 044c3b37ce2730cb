package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;

/**
 * How the fold meets intercepted tunnels and the exchanges in them. One thread.
 *
 * <p>An exchange in a tunnel opens while its tunnel, a root, is open, and closes before it. That is checked with a count of
 * the open exchanges of each tunnel, which follows from the open sessions alone: a checkpoint need not carry it.
 */
final class TunnelFold {
    private final FoldPosition position;
    private final SessionTable sessions;
    private final LongIntMap openExchanges = new LongIntMap(); // by parent; absent if there is none
    private final Counts sum = new Counts();

    TunnelFold(FoldPosition position, SessionTable sessions) {
        this.position = position;
        this.sessions = sessions;
    }

    /** Before the session is added: an exchange must have an open tunnel. */
    void opening(SessionOpened opened) {
        if (!opened.isRoot() && !isOpenRoot(opened.parentId())) {
            position.violated(opened.sessionId(), "exchange opened in a tunnel that is not open");
        }
    }

    private boolean isOpenRoot(long id) {
        int row = sessions.rowOf(id);
        return row != LongIntMap.ABSENT && sessions.facts(row).opened().isRoot();
    }

    /** A session was added. */
    void added(SessionOpened opened) {
        if (isCounted(opened)) {
            openExchanges.put(opened.parentId(), Math.max(0, openExchanges.get(opened.parentId())) + 1);
        }
    }

    /** A session was removed: a tunnel must have no exchange left. */
    void removed(SessionOpened opened) {
        if (isCounted(opened)) {
            int left = openExchanges.get(opened.parentId()) - 1;
            if (left > 0) {
                openExchanges.put(opened.parentId(), left);
            } else {
                openExchanges.remove(opened.parentId());
            }
        } else if (openExchanges.size() > 0 && openExchanges.get(opened.sessionId()) != LongIntMap.ABSENT) {
            position.violated(opened.sessionId(), "tunnel closed with exchanges open");
        }
    }

    private static boolean isCounted(SessionOpened opened) {
        return !opened.isRoot() && opened.parentId() > 0;
    }

    /** All sessions were removed. */
    void cleared() {
        openExchanges.clear();
    }

    void detected(ProtocolDetected detected) {
        long id = detected.sessionId();
        int row = sessions.rowOf(id);
        if (row == LongIntMap.ABSENT) {
            position.violated(id, "protocol detected for a session that is not open");
            return;
        }
        Facts facts = sessions.facts(row);
        SessionOpened opened = facts.opened();
        boolean isTunnel = opened.isRoot() && opened.protocol() == SessionProtocol.HTTPS_TUNNEL;
        boolean isReadable =
                detected.protocol() == SessionProtocol.HTTPS_MITM || detected.protocol() == SessionProtocol.HTTP_MITM;
        if (!isTunnel || !isReadable) {
            position.violated(id, "protocol detected that the session can't have");
            return;
        }
        SessionOpened intercepted = intercepted(opened, detected.protocol());
        sessions.replaceFacts(row, facts.as(intercepted), position.sequence());
    }

    /** The tunnel as its row is shown from then on: without a parent, with the method that opened it. */
    private static SessionOpened intercepted(SessionOpened opened, SessionProtocol protocol) {
        return new SessionOpened(
                opened.sessionId(),
                0,
                protocol,
                "CONNECT",
                opened.host(),
                opened.url(),
                opened.remote(),
                opened.user());
    }

    /**
     * Compares an exchange's sizes with the deltas so far. An exchange that is told of after its session's close, since its
     * bodies were stored late, has nothing to be compared with: the close was.
     */
    void completed(ExchangeCompleted exchange) {
        int row = sessions.rowOf(exchange.sessionId());
        if (row == LongIntMap.ABSENT) {
            return;
        }
        sessions.read(row, sum);
        if (!sum.matches(exchange.messages())) {
            position.violated(
                    exchange.sessionId(),
                    "an exchange's sizes are not the sum of its deltas",
                    exchange.messages(),
                    sum.toTally());
        }
    }
}
