package io.weir.launcher.accesslog;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * What one line tells. Immutable.
 *
 * @param kind what makes it
 * @param sequence the event that makes it
 * @param atMillis when that happened, in ms since the epoch
 * @param session who and what for; of a refusal without a session, and of a session whose beginning is not in the journal, what is known
 * @param protocol what the session carries, as it turned out
 * @param method as it turned out
 * @param origin address that was connected; empty if none was
 * @param openedAtMillis when the session began; 0 if that is not known
 * @param status status code that the client got; 0 if none or not yet
 * @param reason why it ended; null if it did not
 * @param counts its bytes so far; of a session that ended, all. What of a refusal or an exchange stands in no total is zero
 * @param why why it was refused, for people; empty if it was not
 * @param route by what it is carried, as far as is known
 * @param exchange what was read of the exchange; null if nothing was
 */
record AccessLine(
        Kind kind,
        long sequence,
        long atMillis,
        SessionOpened session,
        SessionProtocol protocol,
        String method,
        String origin,
        long openedAtMillis,
        int status,
        @Nullable CloseReason reason,
        Tally counts,
        String why,
        SessionRoute route,
        @Nullable ExchangeFacts exchange) {

    /** What makes a line. */
    enum Kind {
        /** A session ended. The only kind whose bytes are to be added up. */
        CLOSED,
        /** A session goes on. */
        OPEN,
        /** Somebody was turned away before there was a session. */
        REFUSED,
        /** What was read of an exchange, whose session has ended before. */
        EXCHANGE
    }
}
