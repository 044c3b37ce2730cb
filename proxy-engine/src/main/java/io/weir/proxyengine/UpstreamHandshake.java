package io.weir.proxyengine;

import static io.netty.handler.codec.ByteToMessageDecoder.MERGE_CUMULATOR;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * Asks an upstream for a tunnel, on a connection on which nobody else speaks yet, and holds what comes behind the answer until whoever takes the connection over
 * asks for it with {@link #release}. Event loop of the channel.
 *
 * <p>What it writes and understands counts for the session's origin leg; what it holds is counted by whoever takes it over, or by itself if nobody does.
 */
final class UpstreamHandshake extends ChannelInboundHandlerAdapter {
    /** Learns how it ended: one of the two, once, and not inside a read of the channel, so that its socket may be taken away. */
    interface Listener {
        /** The channel reads nothing until told to. */
        void stands();

        /** The channel is the listener's to close. */
        void refused(UpstreamFault fault);
    }

    private final SocketChannel channel;
    private final UpstreamTalk talk;
    private final SessionMeter meter;
    private final Listener listener;
    private final WriteMeter writes = new WriteMeter();
    private ByteBuf held = Unpooled.EMPTY_BUFFER;
    private boolean over;
    private boolean silenced;
    private boolean inputEnded;
    private boolean closed;

    private UpstreamHandshake(SocketChannel channel, UpstreamTalk talk, SessionMeter meter, Listener listener) {
        this.channel = channel;
        this.talk = talk;
        this.meter = meter;
        this.listener = listener;
    }

    /** Begins to speak. */
    static UpstreamHandshake begin(SocketChannel channel, UpstreamTalk talk, SessionMeter meter, Listener listener) {
        var handshake = new UpstreamHandshake(channel, talk, meter, listener);
        handshake.writes.target(meter, Leg.ORIGIN_UP);
        channel.pipeline().addLast(handshake.writes, handshake);
        channel.writeAndFlush(talk.next(channel.alloc()), channel.voidPromise());
        channel.config().setAutoRead(true);
        return handshake;
    }

    /**
     * Passes on what was held to the handlers that have come behind it, and leaves. Void where there is none.
     *
     * @param withEnd whether to tell them that the input has ended, if it has
     */
    static void release(SocketChannel channel, boolean withEnd) {
        UpstreamHandshake handshake = channel.pipeline().get(UpstreamHandshake.class);
        if (handshake != null) {
            handshake.passOn(channel.pipeline().context(handshake), withEnd);
        }
    }

    private void passOn(ChannelHandlerContext ctx, boolean withEnd) {
        ByteBuf early = held;
        held = Unpooled.EMPTY_BUFFER;
        ctx.pipeline().remove(this);
        if (early.isReadable()) {
            ctx.fireChannelRead(early);
            ctx.fireChannelReadComplete();
        } else {
            early.release();
        }
        if (inputEnded && withEnd) {
            ctx.fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        }
        if (closed) {
            ctx.fireChannelInactive();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof ByteBuf said)) {
            ReferenceCountUtil.release(msg);
            return;
        }
        held = MERGE_CUMULATOR.cumulate(ctx.alloc(), held, said);
        while (!over) {
            int before = held.readableBytes();
            UpstreamTalk.Step step = talk.take(held);
            count(before - held.readableBytes());
            switch (step) {
                case MORE -> {
                    return;
                }
                case SAY -> channel.writeAndFlush(talk.next(ctx.alloc()), channel.voidPromise());
                case STANDS -> end(null);
                case REFUSED -> end(talk.fault());
            }
        }
    }

    private void count(int bytes) {
        if (bytes > 0 && meter.isOpen()) {
            meter.originDown(bytes);
        }
    }

    private void end(@Nullable UpstreamFault fault) {
        over = true;
        channel.config().setAutoRead(false);
        EventLoop loop = channel.eventLoop();
        loop.execute(() -> {
            if (silenced) {
                return;
            }
            if (fault != null) {
                dropHeld();
                listener.refused(fault);
            } else if (closed || !channel.isActive()) {
                dropHeld();
                listener.refused(talk.fault());
            } else {
                channel.pipeline().remove(writes);
                listener.stands();
            }
        });
    }

    /** Nobody wants to hear of it any more; the caller closes the channel. */
    void abandon() {
        over = true;
        silenced = true;
        dropHeld();
    }

    /** Nobody takes it: it was read, so it counts. */
    private void dropHeld() {
        count(held.readableBytes());
        held.release();
        held = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {}

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (!over) {
                end(talk.fault());
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        if (!over) {
            end(talk.fault());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!over) {
            end(talk.fault());
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        dropHeld();
    }
}
