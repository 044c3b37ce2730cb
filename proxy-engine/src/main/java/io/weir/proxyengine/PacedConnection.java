package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * What limits the exchanges of one client's connection of plain HTTP. One after another shares what a session may have, else many small ones would be as good as no limit. Event loop
 * of the connection.
 */
final class PacedConnection {
    private final Bandwidth bandwidth;
    private final PacedReads client;
    private @Nullable PacedReads origin;

    private PacedConnection(Bandwidth bandwidth, PacedReads client) {
        this.bandwidth = bandwidth;
        this.client = client;
    }

    /**
     * The next exchange has an origin.
     *
     * @param before of the exchange before; null if nothing limited it
     * @param ruling settled; null if there are no rules
     * @return null if nothing limits it
     */
    static @Nullable PacedConnection next(
            @Nullable PacedConnection before,
            LoopBandwidth loop,
            SocketChannel client,
            SessionMeter meter,
            Caller caller,
            @Nullable Ruling ruling) {
        Bandwidth bandwidth = loop.next(before == null ? null : before.bandwidth, meter, caller, ruling);
        if (before != null && before.bandwidth.equals(bandwidth)) {
            return before;
        }
        if (before != null) {
            before.close();
        }
        return bandwidth == null ? null : new PacedConnection(bandwidth, PacedReads.begin(client, bandwidth.up()));
    }

    /** The exchange is carried by that connection; by another one before, if it is tried again. */
    void carriedBy(SocketChannel channel) {
        leaveOrigin();
        origin = PacedReads.begin(channel, bandwidth.down());
    }

    /** The origin's connection is somebody else's. */
    void leaveOrigin() {
        if (origin != null) {
            origin.end();
            origin = null;
        }
    }

    /** Whether it waits for its turn. */
    boolean isWaiting() {
        return bandwidth.isWaiting();
    }

    /** Leaves both connections to whoever passes on bytes from now on, and gives up what limits them. */
    Bandwidth release() {
        leaveOrigin();
        client.end();
        return bandwidth;
    }

    void close() {
        leaveOrigin();
        client.end();
        bandwidth.close();
    }
}
