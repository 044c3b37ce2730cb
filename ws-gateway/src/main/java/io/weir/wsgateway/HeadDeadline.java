package io.weir.wsgateway;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection whose request is not complete in time, however steadily it trickles. Removed when it is. Event loop
 * of its channel.
 */
final class HeadDeadline extends ChannelInboundHandlerAdapter {
    private final long millis;
    private @Nullable Future<?> deadline;

    HeadDeadline(Duration limit) {
        this.millis = limit.toMillis();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> Farewell.cut(ctx.channel()), millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        Future<?> scheduled = deadline;
        if (scheduled != null) {
            scheduled.cancel(false);
        }
    }
}
