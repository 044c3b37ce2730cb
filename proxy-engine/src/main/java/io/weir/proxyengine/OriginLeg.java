package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * What one {@link Exchange} has of its origin: nothing yet, an attempt to connect, or a connection, which may be an idle one taken from the
 * pool. Event loop only.
 */
final class OriginLeg {
    /** An origin rarely ends a connection so soon; one that was idle for longer is only for what may be sent twice. */
    private static final long FRESH_NANOS = 2_000_000_000L;

    private final EngineLoop loop;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private @Nullable ConnectAttempt attempt;
    private @Nullable OriginHandler connection;

    OriginLeg(EngineLoop loop, Authority authority, @Nullable Ruling ruling) {
        this.loop = loop;
        this.authority = authority;
        this.ruling = ruling;
    }

    /** The connection that carries the exchange, if one does. */
    @Nullable OriginHandler connection() {
        return connection;
    }

    /**
     * Takes an idle connection if there is one.
     *
     * @param repeatable whether the request can be sent again if the connection turns out to be dead
     */
    @Nullable OriginHandler takeIdle(boolean repeatable) {
        connection = loop.origins()
                .take(authority, ruling, loop.connector()::refuses, repeatable ? Long.MAX_VALUE : FRESH_NANOS);
        return connection;
    }

    /** Begins to connect; {@code listener} calls {@link #connected} or {@link #failed}. */
    void connect(ConnectListener listener) {
        attempt = loop.connector().connect(authority, ruling, listener);
    }

    OriginHandler connected(SocketChannel channel) {
        attempt = null;
        var fresh = new OriginHandler(loop.origins(), channel, authority);
        fresh.begin();
        connection = fresh;
        return fresh;
    }

    void failed() {
        attempt = null;
    }

    /** Gives the connection away. */
    @Nullable OriginHandler leave() {
        OriginHandler left = connection;
        connection = null;
        return left;
    }

    /** Gives up whatever there is. */
    void drop(boolean reset) {
        ConnectAttempt running = attempt;
        attempt = null;
        if (running != null) {
            running.cancel();
        }
        OriginHandler left = leave();
        if (left != null) {
            if (reset) {
                left.reset();
            }
            left.release(false);
        }
    }
}
