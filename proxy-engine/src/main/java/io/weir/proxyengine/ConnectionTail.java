package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** The last handler of a connection whose messages somebody before it has taken: tells how the connection ends. Event loop of its channel. */
final class ConnectionTail extends ChannelInboundHandlerAdapter {
    /** Hears of the ends of a connection. */
    interface Ends {
        /** All that was there to read was read. */
        void readComplete();

        void inputEnded(StreamEnd end);

        void closed();

        void failed(Throwable cause);
    }

    private final Ends ends;

    ConnectionTail(Ends ends) {
        this.ends = ends;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ends.readComplete();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof StreamEnd end) {
            ends.inputEnded(end);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ends.closed();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ends.failed(cause);
    }
}
