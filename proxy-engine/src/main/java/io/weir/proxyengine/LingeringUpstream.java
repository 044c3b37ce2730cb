package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.SessionMeter;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection through an upstream in order: sends FIN, and waits a while for the other's, so that what is on its way still counts, such as the goodbye of an
 * origin's TLS. Reset or closed before, it is closed at once. First handler of its pipeline; event loop of it.
 */
final class LingeringUpstream extends ChannelDuplexHandler {
    private static final long LINGER_MILLIS = 2_000;

    private final EngineLoop loop;
    private final SessionMeter meter;
    private boolean leaving;
    private boolean ended;
    private @Nullable Future<?> patience;

    /** @param meter the session whose connection it is */
    LingeringUpstream(EngineLoop loop, SessionMeter meter) {
        this.loop = loop;
        this.meter = meter;
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        SocketChannel channel = (SocketChannel) ctx.channel();
        boolean isOrderly = channel.isActive() && channel.config().getSoLinger() != 0;
        if (!isOrderly || leaving || ended || channel.isInputShutdown()) {
            ctx.close(promise);
            return;
        }
        leaving = true;
        ctx.flush();
        channel.shutdownOutput();
        patience = loop.eventLoop().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> promise.trySuccess());
        channel.config().setAutoRead(true);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (!leaving) {
            ctx.fireChannelRead(msg);
            return;
        }
        if (msg instanceof ByteBuf bytes) {
            SessionMeter leg = meter.isOpen() ? meter : loop.standing().ownLeg();
            leg.originDown(bytes.readableBytes());
        }
        ReferenceCountUtil.release(msg);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!leaving) {
            ctx.fireChannelReadComplete();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ended |= event instanceof ChannelInputShutdownEvent;
        if (leaving && ended) {
            ctx.close();
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (leaving) {
            ctx.close();
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (patience != null) {
            patience.cancel(false);
        }
        ctx.fireChannelInactive();
    }
}
