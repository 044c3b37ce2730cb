package io.weir.wsgateway;

import java.util.Collection;

/**
 * Carries out the commands of dashboards. Called on threads of the gateway's and must not wait; the effect comes back as
 * events of the ledger.
 */
public interface SessionControl {
    /** Why no command is carried out; empty if they are. */
    default String refusal() {
        return "";
    }

    /**
     * Closes a session, its children first. Does nothing if it is not open.
     *
     * @param by who asked, for the ledger
     * @param why the reason that was given, for the ledger; empty if none was
     */
    void close(long sessionId, String by, String why);

    /**
     * Closes every open session.
     *
     * @param by who asked, for the ledger
     * @param why the reason that was given, for the ledger; empty if none was
     */
    void closeAll(String by, String why);

    /**
     * Closes those of these sessions that are open, by one command.
     *
     * @param filterText which sessions these are, such as {@code host=a.example}, for the ledger
     * @param by who asked, for the ledger
     * @param why the reason that was given, for the ledger; empty if none was
     */
    void closeAll(Collection<Long> sessionIds, String filterText, String by, String why);
}
