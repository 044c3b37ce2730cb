package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops accepting while as many clients are connected as there is room for, or while nobody is to be accepted; those who wait, wait in the kernel. In the pipelines of all
 * listeners, so any event loop; counts connections, not bytes.
 */
@ChannelHandler.Sharable
final class AcceptLimit extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(AcceptLimit.class);

    private volatile int max;
    private volatile boolean isHeld;
    private final AtomicInteger connected = new AtomicInteger();
    private final Map<Object, Runnable> paused = new ConcurrentHashMap<>(); // how each listener is resumed

    AcceptLimit(int max) {
        this.max = max;
    }

    /** Sets another limit. Any thread; those who are connected stay, however many. */
    void max(int other) {
        max = other;
        resumeIfRoom();
    }

    /** Accepts nobody until told otherwise, however much room there is. Any thread. */
    void hold(boolean on) {
        isHeld = on;
        resumeIfRoom();
    }

    private void resumeIfRoom() {
        if (!isHeld && connected.get() < max && !paused.isEmpty()) {
            resume();
        }
    }

    int connected() {
        return Math.min(max, connected.get());
    }

    /**
     * Asks for room for one client before it is accepted.
     *
     * @param resume called when there is room again, by any thread, and perhaps before this returns
     * @return whether there is; else the listener accepts nothing until it is resumed
     */
    boolean enter(Object listener, Runnable resume) {
        if (connected.incrementAndGet() <= max && !isHeld) {
            return true;
        }
        pause(listener, resume);
        leave(); // resumes if there is room again meanwhile
        return false;
    }

    /** Asks for room for one client more on a connection that stands, for which nobody would wait. */
    boolean enter() {
        if (connected.incrementAndGet() <= max) {
            return true;
        }
        leave();
        return false;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        Channel child = (Channel) msg;
        child.closeFuture().addListener(closed -> leave());
        if (connected.incrementAndGet() >= max || isHeld) {
            pause(ctx.channel());
        }
        ctx.fireChannelRead(msg);
    }

    private void pause(Channel listener) {
        listener.config().setAutoRead(false); // before others can see it paused and resume it
        pause(listener, () -> listener.config().setAutoRead(true));
        resumeIfRoom(); // one may have left before it could see the pause
    }

    private void pause(Object listener, Runnable resume) {
        if (paused.putIfAbsent(listener, resume) == null
                && paused.size() == 1 // the others pause for the same reason
                && !isHeld) {
            log.warn("client connections are at their limit, accepting no more until some end connections={}", max);
        }
    }

    /** A client has gone whose channel cannot tell. Any event loop. */
    void leave() {
        connected.decrementAndGet();
        resumeIfRoom();
    }

    private void resume() {
        for (Object listener : List.copyOf(paused.keySet())) {
            Runnable resume = paused.remove(listener);
            if (resume != null) {
                resume.run();
            }
        }
    }
}
