package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.upstream.UpstreamNode;
import java.util.List;
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
    private final SessionMeter meter;
    private @Nullable Connecting attempt;
    private @Nullable List<UpstreamNode> nodes;
    private @Nullable OriginHandler connection;

    OriginLeg(EngineLoop loop, Authority authority, @Nullable Ruling ruling, SessionMeter meter) {
        this.meter = meter;
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
        Outbound outbound = loop.ways().outbound();
        if (outbound.hasUpstreams() && ruling != null && ruling.isOpen()) {
            return null; // the way is not known yet
        }
        nodes = outbound.nodes(ruling);
        if (nodes != null) {
            connection = takeIdle(nodes, repeatable);
            return connection;
        }
        connection = loop.ways()
                .idle()
                .take(authority, ruling, loop.ways().connector()::refuses, repeatable ? Long.MAX_VALUE : FRESH_NANOS);
        return connection;
    }

    /** Of the upstream that would be tried first, which is judged by what the client names. */
    private @Nullable OriginHandler takeIdle(List<UpstreamNode> order, boolean repeatable) {
        if (order.isEmpty() || loop.ways().outbound().refusal(authority) != null) {
            return null;
        }
        OriginHandler idle = loop.ways()
                .idle()
                .take(OriginHandler.key(authority, order.get(0)), repeatable ? Long.MAX_VALUE : FRESH_NANOS);
        if (idle != null) {
            loop.ways().taken().goesThrough(meter, order.get(0));
        }
        return idle;
    }

    /** Begins to connect; {@code listener} calls {@link #connected} or {@link #failed}. */
    void connect(ConnectListener listener) {
        attempt = loop.ways().outbound().connect(new Wish(authority, ruling, meter, false), nodes, listener);
    }

    /** @param passage through which upstream it leads; null if it leads to the origin itself */
    OriginHandler connected(SocketChannel channel, @Nullable Passage passage) {
        attempt = null;
        var fresh = new OriginHandler(loop.ways().idle(), channel, authority, passage);
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
        Connecting running = attempt;
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
