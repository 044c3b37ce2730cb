package io.weir.proxyengine;

import java.net.InetSocketAddress;

/**
 * Who a client is and where it came in. Immutable.
 *
 * @param listener where it connected
 * @param address its own address, also when a load balancer stands between
 * @param remote the same for the ledger
 * @param user who it has shown to be; empty if nobody asked, or it has not yet
 */
record Caller(ListenerConfig listener, InetSocketAddress address, String remote, String user) {
    static Caller of(ListenerConfig listener, InetSocketAddress address) {
        return new Caller(listener, address, Addresses.text(address), "");
    }

    /** The same, who has shown to be that user. */
    Caller as(String known) {
        return known.equals(user) ? this : new Caller(listener, address, remote, known);
    }
}
