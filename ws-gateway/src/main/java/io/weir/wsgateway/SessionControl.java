package io.weir.wsgateway;

import java.util.Collection;

/**
 * Carries out the commands of dashboards. Called on threads of the gateway's and must not wait; the effect comes back as events of
 * the ledger, after one of the command itself.
 *
 * <p>Who asked and why are for the ledger; why is one line, empty if nobody said.
 */
public interface SessionControl {
    /** Closes a session, its children first. Does nothing but record it if it is not open. */
    void close(long sessionId, String by, String why);

    /** Closes every open session. */
    void closeAll(String by, String why);

    /**
     * Closes these sessions, as far as they are open.
     *
     * @param filterText what they were found by; empty if they were named
     */
    void closeAll(Collection<Long> sessionIds, String filterText, String by, String why);
}
