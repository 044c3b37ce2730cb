package io.weir.wsgateway;

/**
 * Carries out the commands of dashboards. Called on the gateway's event loop and must not wait; the effect comes back
 * as events of the ledger.
 */
public interface SessionControl {
    /**
     * Closes a session, its children first. Does nothing if it is not open.
     *
     * @param by who asked, for the ledger
     */
    void close(long sessionId, String by);

    /**
     * Closes every open session.
     *
     * @param by who asked, for the ledger
     */
    void closeAll(String by);
}
