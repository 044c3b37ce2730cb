package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;

/** Makes a tunnel like any other of one that might have been intercepted. Stateless. */
final class PlainTunnel {
    private static final int OK = 200;

    private PlainTunnel() {}

    /**
     * Passes on what comes, unread.
     *
     * @param origin connected; its pipeline has the meter of its writes and nothing else
     * @param said what the client has said and nobody has counted or passed on; the reference passes on
     * @param answered the same of the origin
     */
    static void begin(TunnelEnds ends, SocketChannel origin, ByteBuf said, ByteBuf answered) {
        SocketChannel client = ends.client();
        Relay relay = relay(ends, origin);
        hand(client, said);
        hand(origin, answered);
        run(ends, relay);
    }

    private static Relay relay(TunnelEnds ends, SocketChannel origin) {
        var relay = new Relay(ends.loop(), ends.meter(), ends.client(), origin, OK, ends.limit());
        relay.begin();
        return relay;
    }

    private static void hand(SocketChannel channel, ByteBuf bytes) {
        if (bytes.isReadable()) {
            channel.pipeline().fireChannelRead(bytes);
            channel.pipeline().fireChannelReadComplete();
        } else {
            bytes.release();
        }
    }

    /** Not from inside a channel's own read, since the relay may take its socket away. */
    private static void run(TunnelEnds ends, Relay relay) {
        ends.loop().eventLoop().execute(relay::run);
    }

    /**
     * The same on another connection to the origin.
     *
     * @param said counted when it came
     */
    static void rescued(TunnelEnds ends, SocketChannel origin, ByteBuf said) {
        origin.pipeline().addLast(new WriteMeter());
        Relay relay = relay(ends, origin);
        origin.writeAndFlush(said, origin.voidPromise());
        run(ends, relay);
    }
}
