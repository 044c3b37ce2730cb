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
    /** All of these together, and resets in the middle of a transfer. */
    MIXED;

    /** Whether it is about bytes, and not about operations. */
    boolean isBulk() {
        return this == DOWN || this == UP || this == BOTH;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
