package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;

/**
 * Passes on what one side of a relay reads, and reads no faster than the other side takes it. Counts what is read; what is
 * written the other channel's {@link WriteMeter} counts. Event loop of both channels; allocates nothing per read.
 */
final class RelayHandler extends ChannelInboundHandlerAdapter {
    private final Relay relay;
    private final SessionMeter meter;
    private final Leg leg;
    private final SocketChannel own;
    private final SocketChannel peer;

    RelayHandler(Relay relay, SessionMeter meter, Leg leg, SocketChannel own, SocketChannel peer) {
        this.relay = relay;
        this.meter = meter;
        this.leg = leg;
        this.own = own;
        this.peer = peer;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!(msg instanceof ByteBuf bytes) || relay.isFinished()) {
            ReferenceCountUtil.release(msg);
            return;
        }
        leg.count(meter, bytes.readableBytes());
        peer.write(msg, peer.voidPromise()); // takes over the reference, even when the peer has closed
        if (!peer.isWritable()) {
            peer.flush();
            if (!peer.isWritable()) {
                own.config().setAutoRead(false); // their backlog stops our reading
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        peer.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (own.isWritable() && !relay.isFinished() && !peer.isInputShutdown()) {
            peer.config().setAutoRead(true);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            relay.ended(own);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        relay.reset(own); // an orderly end is ours: then the relay is finished already
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            relay.reset(own);
        } else {
            relay.failed(cause);
        }
    }
}
