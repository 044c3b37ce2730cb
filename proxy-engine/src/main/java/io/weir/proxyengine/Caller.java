package io.weir.proxyengine;

import java.net.InetSocketAddress;

/**
 * Who a client is and where it came in. Immutable.
 *
 * @param listener where it connected
 * @param address its own address, also when a load balancer stands between
 * @param remote the same for the ledger
 */
record Caller(ListenerConfig listener, InetSocketAddress address, String remote) {
    static Caller of(ListenerConfig listener, InetSocketAddress address) {
        return new Caller(listener, address, Addresses.text(address));
    }
}
