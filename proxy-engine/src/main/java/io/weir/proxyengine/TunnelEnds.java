package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * Who talks through a tunnel that may be intercepted, and what counts it. Immutable.
 *
 * @param meter the tunnel's session
 * @param client the client's channel
 * @param authority whom the client asked for
 * @param remote the client's address, for the ledger
 */
record TunnelEnds(
        EngineLoop loop,
        Interception interception,
        SessionMeter meter,
        SocketChannel client,
        Authority authority,
        String remote) {
    /** The client's address. */
    InetAddress clientAddress() {
        InetSocketAddress address = client.remoteAddress();
        return address == null ? InetAddress.getLoopbackAddress() : address.getAddress();
    }
}
