package io.weir.eventbus;

/** Why a session ended. The code is part of the journal's format and is never used again for another reason. */
public enum CloseReason {
    /** Both sides ended as their protocol provides. */
    COMPLETED(1),
    /** The client ended the connection before the session was complete. */
    CLIENT_ABORTED(2),
    /** The client reset the connection. */
    CLIENT_RESET(3),
    /** The origin ended the connection before the session was complete. */
    ORIGIN_ABORTED(4),
    /** The origin reset the connection. */
    ORIGIN_RESET(5),
    /** The origin's name could not be resolved. */
    RESOLVE_FAILED(6),
    /** No address of the origin accepted the connection. */
    CONNECT_FAILED(7),
    /** The origin did not accept the connection, or its name was not resolved, in time. */
    CONNECT_TIMEOUT(8),
    /** Nothing moved in either direction for the configured time. */
    IDLE_TIMEOUT(9),
    /** The request's head did not arrive in time. */
    HEAD_TIMEOUT(10),
    /** The request was malformed, ambiguous or over a limit. */
    BAD_REQUEST(11),
    /** The origin's response was malformed, ambiguous or over a limit. */
    BAD_RESPONSE(12),
    /** The destination is one that this proxy refuses, or the client has not shown to be one of its users. */
    DENIED(13),
    /** The node had no room, or could not journal, when the session was to begin. */
    OVERLOADED(14),
    /** Somebody closed it by a command. */
    CLOSED_BY_COMMAND(15),
    /** The node was stopped. */
    NODE_STOPPED(16),
    /** The node died with the session open; the next start recorded its end. */
    NODE_CRASHED(17),
    /** A fault of ours. */
    INTERNAL_ERROR(18),
    /** The client broke off the TLS handshake, or does not accept our certificate. */
    CLIENT_TLS_FAILED(19),
    /** The origin broke off the TLS handshake, or its certificate is not accepted. */
    ORIGIN_TLS_FAILED(20),
    /** Its user has used up a quota. */
    QUOTA_EXCEEDED(21);

    private static final CloseReason[] BY_CODE = byCode();

    private final int code;

    CloseReason(int code) {
        this.code = code;
    }

    /** The number that stands for it in the journal. */
    public int code() {
        return code;
    }

    /**
     * The reason of a journal code.
     *
     * @throws IllegalArgumentException if no reason has that code
     */
    public static CloseReason ofCode(int code) {
        if (code < 1 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("unknown close reason " + code);
        }
        return BY_CODE[code];
    }

    private static CloseReason[] byCode() {
        CloseReason[] reasons = new CloseReason[values().length + 1];
        for (CloseReason reason : values()) {
            reasons[reason.code] = reason;
        }
        return reasons;
    }
}
