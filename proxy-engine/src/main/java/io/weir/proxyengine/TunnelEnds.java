package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * Who talks through a tunnel that may be intercepted, and what counts it. Immutable.
 *
 * @param meter the tunnel's session
 * @param client the client's channel
 * @param authority whom the client asked for
 * @param caller whose the client is
 * @param ruling what the rules say of the tunnel; null if there were none
 * @param destination where it leads to; null if that is not known
 */
record TunnelEnds(
        EngineLoop loop,
        Interception interception,
        SessionMeter meter,
        SocketChannel client,
        Authority authority,
        Caller caller,
        @Nullable Ruling ruling,
        @Nullable InetAddress destination) {
    /** The client's address, for the ledger. */
    String remote() {
        return caller.remote();
    }

    /** What limits the tunnel; null if nothing does. To be asked for once, by who closes it. */
    @Nullable Bandwidth limit() {
        return loop.bandwidth().of(meter, caller, ruling);
    }

    /** The client's address. */
    InetAddress clientAddress() {
        return caller.address().getAddress();
    }
}
