package io.weir.proxyengine;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;

/**
 * Keeps what a connection says until somebody is there to hear it, then passes all of it on, in its order. For the moment between a handshake and the
 * protocol above it: the peer need not wait for us. Bounded by one read, since auto-read is off by then. Event loop of its channel.
 */
final class HeldInput extends ChannelInboundHandlerAdapter {
    private final ArrayDeque<Object> held = new ArrayDeque<>(2);
    private boolean closed;

    /** Passes on what was held to the handlers that have come behind it, and leaves. */
    static void release(SocketChannel channel) {
        HeldInput holder = channel.pipeline().get(HeldInput.class);
        if (holder != null) {
            holder.passOn(channel.pipeline().context(holder));
        }
    }

    private void passOn(ChannelHandlerContext ctx) {
        boolean any = !held.isEmpty();
        Object next;
        while ((next = held.poll()) != null) {
            if (next instanceof StreamEnd) {
                ctx.fireUserEventTriggered(next);
            } else {
                ctx.fireChannelRead(next);
            }
        }
        if (any) {
            ctx.fireChannelReadComplete();
        }
        if (closed) {
            ctx.fireChannelInactive();
        }
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        held.add(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof StreamEnd) {
            held.add(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
    }

    /** A handshake that failed is told by its future. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Object next;
        while ((next = held.poll()) != null) {
            ReferenceCountUtil.release(next);
        }
    }
}
