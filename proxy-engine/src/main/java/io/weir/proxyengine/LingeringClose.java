package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;

/**
 * Ends a client's connection so that the last answer arrives: sends FIN after it, then reads on and throws away what the client still
 * sends, for a while, because closing with bytes unread would make the kernel reset the connection and the client lose the answer
 * (RFC 9112 §9.6). What is thrown away was read and is counted. Event loop of its channel.
 */
final class LingeringClose extends ChannelInboundHandlerAdapter implements Swept, ActiveSession {
    private static final long LINGER_NANOS = 2_000_000_000L;
    private static final long LINGER_BYTES = 4 << 20;

    private final EngineLoop loop;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final Leg leg;
    private final CloseReason reason;
    private final int status;
    private long untilNanos;
    private long thrownAway;
    private boolean closed;
    private int sweepPosition = -1;

    private LingeringClose(
            EngineLoop loop, SocketChannel client, SessionMeter meter, Leg leg, CloseReason reason, int status) {
        this.loop = loop;
        this.client = client;
        this.meter = meter;
        this.leg = client instanceof StreamChannel ? Leg.NONE : leg;
        this.reason = reason;
        this.status = status;
    }

    /**
     * Takes over the connection and its session; the caller's handlers leave the pipeline. What was written before still goes out.
     *
     * @param leg what the bytes count as that the client still sends
     */
    static void begin(
            EngineLoop loop, SocketChannel client, SessionMeter meter, Leg leg, CloseReason reason, int status) {
        var lingering = new LingeringClose(loop, client, meter, leg, reason, status);
        ChannelPipeline pipeline = client.pipeline();
        pipeline.addLast(lingering);
        loop.sweep().add(lingering);
        lingering.untilNanos = System.nanoTime() + LINGER_NANOS;
        if (!loop.standing().isOverload(meter)) {
            loop.sessions().register(meter, lingering);
        }
        if (pipeline.get(ClientHandler.class) != null) {
            pipeline.remove(ClientHandler.class);
        }
        if (pipeline.get(RequestDecoder.class) != null) {
            pipeline.remove(RequestDecoder.class); // what it holds passes on to us
        }
        if (!client.isActive()) {
            lingering.finish();
            return;
        }
        client.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(flushed -> {
            if (!flushed.isSuccess() || client.isInputShutdown()) {
                client.close();
            } else {
                client.shutdownOutput();
            }
        });
        client.config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof ByteBuf read && meter.isOpen()) {
            int bytes = read.readableBytes();
            leg.count(meter, bytes);
            thrownAway += bytes;
        }
        ReferenceCountUtil.release(msg);
        if (thrownAway > LINGER_BYTES) {
            client.close();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent && client.isOutputShutdown()) {
            client.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        finish();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        client.close();
    }

    @Override
    public void sweep(long nowNanos) {
        if (nowNanos - untilNanos > 0) {
            client.close();
        }
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    @Override
    public void abort(CloseReason ignored) {
        client.close(); // it has ended for a reason already
    }

    private void finish() {
        if (closed) {
            return;
        }
        closed = true;
        loop.sweep().remove(this);
        if (!loop.standing().isOverload(meter)) {
            loop.eventLoop()
                    .execute(
                            () -> { // after the writes that failed with the channel
                                loop.sessions().unregister(meter);
                                meter.close(reason, status);
                            });
        }
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
