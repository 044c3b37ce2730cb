package io.weir.proxyengine;

import io.weir.eventbus.CloseReason;
import org.jspecify.annotations.Nullable;

/**
 * What one client connection carries, one thing at a time: an exchange, a tunnel that does not stand yet, or an answer of our own after which the connection goes on. Event loop of
 * the connection.
 */
final class Underway {
    private @Nullable Exchange exchange;
    private @Nullable TunnelOpening tunnel;
    private @Nullable KeptAnswer answer;

    /** The exchange; null if it carries none. */
    @Nullable Exchange exchange() {
        return exchange;
    }

    boolean isNothing() {
        return exchange == null && tunnel == null && answer == null;
    }

    void carries(Exchange next) {
        exchange = next;
    }

    void carries(TunnelOpening next) {
        tunnel = next;
    }

    void carries(KeptAnswer next) {
        answer = next;
    }

    /** The client has its answer. */
    void ended() {
        exchange = null;
        answer = null;
    }

    /** Ends what there is, and says whether there was anything. */
    boolean abort(CloseReason reason) {
        if (exchange != null) {
            exchange.abort(reason);
        } else if (tunnel != null) {
            tunnel.abort(reason);
        } else if (answer != null) {
            answer.abort(reason);
        } else {
            return false;
        }
        return true;
    }

    /** Looks whether what there is has stood still for too long, and says whether there is anything. */
    boolean sweep(long nowNanos) {
        if (exchange != null) {
            exchange.sweep(nowNanos);
        } else if (answer != null) {
            answer.sweep(nowNanos);
        } else {
            return tunnel != null; // how long that takes has bounds of its own
        }
        return true;
    }
}
