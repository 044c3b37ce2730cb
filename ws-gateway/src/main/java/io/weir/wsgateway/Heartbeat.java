package io.weir.wsgateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Pings the client, drops it when it leaves {@value #MAX_UNANSWERED} pings unanswered, and answers its pings. Event loop
 * of its channel.
 *
 * <p>Neither ping nor pong is added to what a client that does not read lets pile up. A ping that was not sent is no unanswered one: who
 * takes a long step slowly lives, and {@link StallGuard} looks after who takes nothing.
 */
final class Heartbeat extends ChannelInboundHandlerAdapter {
    private static final int MAX_UNANSWERED = 2;

    private final long periodMillis;
    private int unanswered;
    private @Nullable Future<?> pings;

    Heartbeat(Duration period) {
        this.periodMillis = period.toMillis();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        pings = ctx.executor()
                .scheduleWithFixedDelay(() -> beat(ctx), periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Future<?> scheduled = pings;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (msg instanceof PingWebSocketFrame ping) {
            answer(ctx, ping);
        } else if (msg instanceof PongWebSocketFrame) {
            unanswered = 0;
            ReferenceCountUtil.release(msg);
        } else {
            ctx.fireChannelRead(msg);
        }
    }

    private static void answer(ChannelHandlerContext ctx, PingWebSocketFrame ping) {
        if (ctx.channel().isWritable()) {
            write(ctx, new PongWebSocketFrame(ping.content())); // takes over the reference
        } else {
            ping.release();
        }
    }

    private void beat(ChannelHandlerContext ctx) {
        if (unanswered >= MAX_UNANSWERED) {
            Farewell.cut(ctx.channel());
            return;
        }
        if (ctx.channel().isWritable()) {
            unanswered++;
            write(ctx, new PingWebSocketFrame(Unpooled.EMPTY_BUFFER));
        }
    }

    private static void write(ChannelHandlerContext ctx, WebSocketFrame frame) {
        ctx.writeAndFlush(frame).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
