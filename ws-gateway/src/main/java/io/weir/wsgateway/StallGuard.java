package io.weir.wsgateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Closes a client that has had no room for messages for too long. Event loop of its channel. */
final class StallGuard extends ChannelInboundHandlerAdapter {
    private final long limitMillis;
    private @Nullable Future<?> deadline;

    StallGuard(Duration limit) {
        this.limitMillis = limit.toMillis();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        cancel();
        if (!ctx.channel().isWritable()) {
            deadline = ctx.executor()
                    .schedule(
                            () -> Farewell.say(ctx.channel(), WebSocketCloseStatus.TRY_AGAIN_LATER, "reads too slowly"),
                            limitMillis,
                            TimeUnit.MILLISECONDS);
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        cancel();
    }

    private void cancel() {
        Future<?> scheduled = deadline;
        if (scheduled != null) {
            scheduled.cancel(false);
            deadline = null;
        }
    }
}
