package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;

/**
 * Why an upstream did not carry a session. Immutable.
 *
 * @param kind whose matter it is
 * @param refusal what to tell the client
 */
record UpstreamFault(Kind kind, Refusal refusal) {
    /** What it says of the upstream. */
    enum Kind {
        /** It does not work: it is down for the sessions to come, and another may do. */
        BROKEN,
        /** It works and does not let us in: another may. */
        TURNED_AWAY,
        /** It works, and says that the origin cannot be had: another would say the same. */
        ANSWERED
    }

    /** It cannot be understood, or left in the middle. */
    static UpstreamFault broken(String message) {
        return new UpstreamFault(
                Kind.BROKEN,
                new Refusal(
                        HttpResponseStatus.BAD_GATEWAY, "http_protocol_error", message, CloseReason.CONNECT_FAILED));
    }

    /** It wants other credentials. */
    static UpstreamFault turnedAway(String message) {
        return new UpstreamFault(
                Kind.TURNED_AWAY,
                new Refusal(
                        HttpResponseStatus.BAD_GATEWAY, "http_request_denied", message, CloseReason.CONNECT_FAILED));
    }

    /** It says no. */
    static UpstreamFault answered(String error, String message) {
        return new UpstreamFault(
                Kind.ANSWERED, new Refusal(HttpResponseStatus.BAD_GATEWAY, error, message, CloseReason.CONNECT_FAILED));
    }

    /** Whether another upstream may do better. */
    boolean mayTryAnother() {
        return kind != Kind.ANSWERED;
    }
}
