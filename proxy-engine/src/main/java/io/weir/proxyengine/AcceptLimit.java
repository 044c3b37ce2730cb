package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops accepting while as many clients are connected as there is room for; those who wait, wait in the kernel. In the pipelines of all
 * listeners, so any event loop; counts connections, not bytes.
 */
@ChannelHandler.Sharable
final class AcceptLimit extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptLimit.class);

    private final int max;
    private final AtomicInteger connected = new AtomicInteger();
    private final Set<Channel> paused = ConcurrentHashMap.newKeySet();

    AcceptLimit(int max) {
        this.max = max;
    }

    int connected() {
        return connected.get();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Channel child = (Channel) msg;
        child.closeFuture().addListener(closed -> leave());
        if (connected.incrementAndGet() >= max) {
            pause(ctx.channel());
        }
        ctx.fireChannelRead(msg);
    }

    private void pause(Channel listener) {
        listener.config().setAutoRead(false); // before others can see it paused and resume it
        if (paused.add(listener)) {
            log.warn("client connections are at their limit, accepting no more until some end connections={}", max);
        }
        if (connected.get() < max) { // one left before it could see the pause
            resume();
        }
    }

    /** A client has gone whose channel cannot tell. Any event loop. */
    void leave() {
        if (connected.decrementAndGet() < max && !paused.isEmpty()) {
            resume();
        }
    }

    private void resume() {
        for (Channel listener : List.copyOf(paused)) {
            if (paused.remove(listener)) {
                listener.config().setAutoRead(true);
            }
        }
    }
}
