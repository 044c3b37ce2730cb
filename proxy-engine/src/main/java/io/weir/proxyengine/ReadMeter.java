package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.weir.eventbus.SessionMeter;

/**
 * Counts what is read from a socket, as the wire has it, for one session: what is made of it is somebody else's matter. Stands before whatever
 * decrypts. Event loop of its channel.
 */
final class ReadMeter extends ChannelInboundHandlerAdapter {
    private final SessionMeter session;
    private final Leg leg;
    private int latestBytes;

    ReadMeter(SessionMeter session, Leg leg) {
        this.session = session;
        this.leg = leg;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf bytes) {
            latestBytes = bytes.readableBytes();
            leg.count(session, latestBytes);
        }
        ctx.fireChannelRead(msg);
    }

    /** Of the latest read. */
    int latestBytes() {
        return latestBytes;
    }
}
