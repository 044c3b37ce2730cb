package io.weir.benchmarks.load;

import java.util.Locale;

/** What the clients do. */
enum Scenario {
    /** Tunnels that carry data to the client. */
    DOWN,
    /** Tunnels that carry data to the origin. */
    UP,
    /** Tunnels that carry data both ways at once. */
    BOTH,
    /** Round trips of a message on tunnels that stay open. */
    PING,
    /** Tunnels that are opened, used for one byte, and closed. */
    CONNECT,
    /** Tunnels that are open and carry nothing; at the end each must still carry a byte. */
    IDLE,
    /** Requests on kept connections. */
    HTTP,
    /** Requests on kept connections, inside TLS that the proxy intercepts. */
    MITM,
    /** The same over HTTP/2, with several requests at a time on each connection. */
    H2,
    /** Tunnels that are opened, intercepted with a full handshake, used for one request, and closed. */
    HANDSHAKE,
    /** All of these together, and resets in the middle of a transfer. */
    MIXED;

    /** Whether it is about bytes, and not about operations. */
    boolean isBulk() {
        return this == DOWN || this == UP || this == BOTH;
    }

    /** Whether operations can be due at fixed times. */
    boolean hasRate() {
        return this == PING || this == CONNECT || this == HTTP || isIntercepted();
    }

    /** Whether the proxy must intercept TLS. */
    boolean isIntercepted() {
        return this == MITM || this == H2 || this == HANDSHAKE;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
