package io.weir.launcher.accesslog;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import io.weir.launcher.accesslog.AccessLine.Kind;
import org.jspecify.annotations.Nullable;

/** A session that was opened and not closed, as far as reading came. The fold's thread. */
final class OpenSession {
    /** Nothing moved yet, as far as is known. */
    private static final long NEVER = -1;

    final SessionOpened opened;
    final long openedAtMillis;
    private final Counts counts = new Counts();
    private SessionProtocol protocol;
    private String method;
    private String origin = "";
    private String why = "";
    private SessionRoute route = SessionRoute.NONE;
    private @Nullable ExchangeFacts exchange;
    private long movedAtMillis = NEVER;

    OpenSession(SessionOpened opened, long openedAtMillis) {
        this.opened = opened;
        this.openedAtMillis = openedAtMillis;
        protocol = opened.protocol();
        method = opened.method();
    }

    /** It has this state, from a checkpoint. */
    void restore(String originAddress, Tally totals) {
        origin = originAddress;
        counts.set(
                totals.up(),
                totals.down(),
                totals.overheadUp(),
                totals.overheadDown(),
                totals.originUp(),
                totals.originDown());
    }

    void intercepted(SessionProtocol found) {
        protocol = found;
        method = "CONNECT";
    }

    void routed(SessionRoute stated) {
        route = stated;
    }

    void connected(String address) {
        origin = address;
    }

    void refused(String reason) {
        why = reason;
    }

    void read(ExchangeFacts facts) {
        exchange = facts;
    }

    void moved(Counts delta, long atMillis) {
        counts.addExact(delta);
        movedAtMillis = Math.max(movedAtMillis, atMillis);
    }

    boolean hasMovedSince(long millis) {
        return movedAtMillis >= millis;
    }

    AccessLine closed(long sequence, long atMillis, CloseReason reason, int status) {
        return line(Kind.CLOSED, sequence, atMillis, reason, status);
    }

    AccessLine open(long sequence, long atMillis) {
        return line(Kind.OPEN, sequence, atMillis, null, 0);
    }

    private AccessLine line(Kind kind, long sequence, long atMillis, @Nullable CloseReason reason, int status) {
        return new AccessLine(
                kind,
                sequence,
                atMillis,
                opened,
                protocol,
                method,
                origin,
                openedAtMillis,
                status,
                reason,
                counts.toTally(),
                why,
                route,
                exchange);
    }
}
