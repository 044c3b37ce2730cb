package io.weir.wsgateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.TimeUnit;

/** Closes a client that sends more frames a second than a dashboard has reason to. Event loop of its channel. */
final class FrameBudget extends ChannelInboundHandlerAdapter {
    private final int maxPerSecond;
    private long secondBeganNanos = System.nanoTime();
    private int frames;

    FrameBudget(int maxPerSecond) {
        this.maxPerSecond = maxPerSecond;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (Farewell.isSaid(ctx.channel())) {
            ReferenceCountUtil.release(msg); // read only so that the connection can end
            return;
        }
        long now = System.nanoTime();
        if (now - secondBeganNanos >= TimeUnit.SECONDS.toNanos(1)) {
            secondBeganNanos = now;
            frames = 0;
        }
        frames++;
        if (frames > maxPerSecond) {
            ReferenceCountUtil.release(msg);
            Farewell.say(ctx.channel(), WebSocketCloseStatus.POLICY_VIOLATION, "too many messages");
            return;
        }
        ctx.fireChannelRead(msg);
    }
}
