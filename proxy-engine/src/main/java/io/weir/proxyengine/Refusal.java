package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.rules.CompiledRule;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not carried, as the client is told. Immutable.
 *
 * @param status the answer's status
 * @param error what happened, as a token of RFC 9209 §2.3
 * @param message for people; holds nothing from the wire but what was validated
 * @param reason how the session ends in the ledger
 * @param fields further header lines of an answer in HTTP, each with its end
 * @param rule that refuses it; null if none does
 */
record Refusal(
        HttpResponseStatus status,
        String error,
        String message,
        CloseReason reason,
        String fields,
        @Nullable CompiledRule rule) {
    Refusal(HttpResponseStatus status, String error, String message, CloseReason reason) {
        this(status, error, message, reason, "");
    }

    Refusal(HttpResponseStatus status, String error, String message, CloseReason reason, String fields) {
        this(status, error, message, reason, fields, null);
    }

    static Refusal badRequest(String message) {
        return new Refusal(HttpResponseStatus.BAD_REQUEST, "http_request_error", message, CloseReason.BAD_REQUEST);
    }

    static Refusal badRequest(HttpResponseStatus status, String message) {
        return new Refusal(status, "http_request_error", message, CloseReason.BAD_REQUEST);
    }

    static Refusal badResponse(String message) {
        return new Refusal(HttpResponseStatus.BAD_GATEWAY, "http_protocol_error", message, CloseReason.BAD_RESPONSE);
    }

    static Refusal unanswered(boolean reset) {
        return new Refusal(
                HttpResponseStatus.BAD_GATEWAY,
                "connection_terminated",
                "the origin " + (reset ? "reset" : "ended") + " the connection without an answer",
                reset ? CloseReason.ORIGIN_RESET : CloseReason.ORIGIN_ABORTED);
    }

    static Refusal unansweredInTime(Authority origin) {
        return new Refusal(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "http_response_timeout",
                origin + " did not answer in time",
                CloseReason.IDLE_TIMEOUT);
    }

    static Refusal loop() {
        return new Refusal(
                new HttpResponseStatus(508, "Loop Detected"),
                "proxy_loop_detected",
                "this request has been here before",
                CloseReason.DENIED);
    }

    static Refusal overloaded(String message) {
        return new Refusal(
                HttpResponseStatus.SERVICE_UNAVAILABLE, "proxy_internal_response", message, CloseReason.OVERLOADED);
    }

    /** The origin's side of TLS is not to be trusted, or cannot be had. */
    static Refusal originTls(String message) {
        return new Refusal(
                HttpResponseStatus.BAD_GATEWAY, "tls_certificate_error", message, CloseReason.ORIGIN_TLS_FAILED);
    }
}
