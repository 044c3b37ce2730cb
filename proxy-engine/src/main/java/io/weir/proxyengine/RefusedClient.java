package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.weir.eventbus.SessionMeter;

/** Ends a raw client that gets no tunnel so that its answer arrives, as a channel. Stateless. */
final class RefusedClient {
    private RefusedClient() {}

    /**
     * Sends the last answer and lets go.
     *
     * @param answer its reference passes on
     */
    static void end(EngineLoop loop, RawSocket client, SessionMeter meter, ByteBuf answer, Refusal refusal) {
        SocketChannel channel = ClientChannels.adopt(loop, client);
        var writes = new WriteMeter();
        writes.target(meter, Leg.OVERHEAD_DOWN);
        channel.pipeline().addLast(writes);
        channel.write(answer, channel.voidPromise());
        LingeringClose.begin(
                loop,
                channel,
                meter,
                Leg.OVERHEAD_UP,
                refusal.reason(),
                refusal.status().code());
        if (!channel.isActive()) {
            channel.close();
        }
    }
}
