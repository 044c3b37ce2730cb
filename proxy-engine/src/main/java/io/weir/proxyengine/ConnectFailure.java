package io.weir.proxyengine;

import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import java.net.BindException;
import org.jspecify.annotations.Nullable;

/** What a client is told when its origin could not be connected. Stateless. */
final class ConnectFailure {
    private ConnectFailure() {}

    /**
     * Tells the kinds of failure apart.
     *
     * @param failure what the last address answered
     */
    static Refusal refusal(Authority authority, @Nullable Throwable failure) {
        if (failure instanceof ConnectTimeoutException) {
            return timeout(authority);
        }
        if (failure instanceof BindException || isOutOfPorts(failure)) {
            return noneLeft(authority);
        }
        boolean refused =
                failure instanceof java.net.ConnectException && message(failure).contains("refused");
        return new Refusal(
                HttpResponseStatus.BAD_GATEWAY,
                refused ? "connection_refused" : "destination_ip_unroutable",
                refused ? authority + " refused the connection" : authority + " cannot be reached",
                CloseReason.CONNECT_FAILED);
    }

    /** There is nothing to connect with. */
    static Refusal noneLeft(Authority authority) {
        return new Refusal(
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "connection_limit_reached",
                "no local port or file is left to connect to " + authority,
                CloseReason.OVERLOADED);
    }

    static Refusal timeout(Authority authority) {
        return new Refusal(
                HttpResponseStatus.GATEWAY_TIMEOUT,
                "connection_timeout",
                authority + " did not answer in time",
                CloseReason.CONNECT_TIMEOUT);
    }

    /** Whether there was no file for it, of this process or of the whole system. */
    static boolean isOutOfFiles(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (message(cause).contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOutOfPorts(@Nullable Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = message(cause);
            if (message.contains("assign requested address") || message.contains("Too many open files")) {
                return true;
            }
        }
        return false;
    }

    private static String message(@Nullable Throwable failure) {
        String message = failure == null ? null : failure.getMessage();
        return message == null ? "" : message;
    }
}
