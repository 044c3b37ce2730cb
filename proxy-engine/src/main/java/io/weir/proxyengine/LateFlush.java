package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;

/**
 * Flushes channels when the loop has read from all that were ready, and not after each: first all the reading, then all the writing.
 * The receivers are then woken while there is more for them to take, instead of once for each message. Event loop only.
 */
final class LateFlush {
    private final EventLoop loop;
    private final Runnable flushAll = this::flushAll;
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    private boolean scheduled;

    LateFlush(EventLoop loop) {
        this.loop = loop;
    }

    /** Flushes {@code channel} before the loop waits again. */
    void flushSoon(Channel channel) {
        if (!channel.equals(waiting.peekLast())) {
            waiting.add(channel);
        }
        if (!scheduled) {
            scheduled = true;
            loop.execute(flushAll);
        }
    }

    private void flushAll() {
        Channel next;
        while ((next = waiting.poll()) != null) { // what a flush completes may write the next message
            next.flush();
        }
        scheduled = false;
    }
}
