package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * One session as the ledger has it at a sequence. Immutable.
 *
 * @param id the session's id, used once in the life of a journal
 * @param parentId 0 or the id itself for a root session; the id of the intercepted tunnel for a child
 * @param protocol what it carries
 * @param method method of the request; {@code TUNNEL} for a tunnel that is passed on unread
 * @param host authority that the client asked for
 * @param url target, without user information and values of its query
 * @param remote address and port of the client
 * @param user who the client authenticated as; empty if nobody
 * @param originAddress the address that was connected; empty before
 * @param openedAtMillis when it was opened, in ms since the epoch
 * @param counts the sum of its deltas
 * @param closedAtMillis when it was closed; 0 while it is open
 * @param reason why it was closed; null while it is open
 * @param status status code that the client got; 0 if none or while it is open
 * @param route by what it was carried, as far as the journal says
 */
public record ConnectionInfo(
        long id,
        long parentId,
        SessionProtocol protocol,
        String method,
        String host,
        String url,
        String remote,
        String user,
        String originAddress,
        long openedAtMillis,
        Tally counts,
        long closedAtMillis,
        @Nullable CloseReason reason,
        int status,
        SessionRoute route) {

    /** One of which no route is known. */
    public ConnectionInfo(
            long id,
            long parentId,
            SessionProtocol protocol,
            String method,
            String host,
            String url,
            String remote,
            String user,
            String originAddress,
            long openedAtMillis,
            Tally counts,
            long closedAtMillis,
            @Nullable CloseReason reason,
            int status) {
        this(
                id,
                parentId,
                protocol,
                method,
                host,
                url,
                remote,
                user,
                originAddress,
                openedAtMillis,
                counts,
                closedAtMillis,
                reason,
                status,
                SessionRoute.NONE);
    }

    /** Whether it was not closed yet. */
    public boolean isOpen() {
        return reason == null;
    }

    /** Whether its bytes count in the global totals: it is not an exchange inside an intercepted tunnel. */
    public boolean isRoot() {
        return parentId == 0 || parentId == id;
    }
}
