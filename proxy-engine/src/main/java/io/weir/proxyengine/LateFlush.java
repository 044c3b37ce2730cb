package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;

/**
 * Flushes channels when the loop has read from all that were ready, and not after each: first the reading, then the writing.
 * The receivers are then woken while there is more for them to take, instead of once for each message. Event loop only.
 *
 * <p>What was written and not flushed is memory, and gets cold: no more than {@link #WAITING_MAX} channels wait, and none for which more
 * than {@link #SMALL_BYTES} were written.
 */
final class LateFlush {
    private static final int WAITING_MAX = 64;
    private static final int SMALL_BYTES = 16 * 1024;

    private final EventLoop loop;
    private final Runnable endOfRound = this::endOfRound;
    private final ArrayDeque<Channel> waiting = new ArrayDeque<>();
    private boolean scheduled;
    private boolean flushing;

    LateFlush(EventLoop loop) {
        this.loop = loop;
    }

    /** Flushes {@code channel}, which has our water marks, before the loop waits again. */
    void flushSoon(Channel channel) {
        if (channel.bytesBeforeUnwritable() < ChannelTuning.HIGH_WATER_BYTES - SMALL_BYTES) {
            channel.flush();
            return;
        }
        if (!channel.equals(waiting.peekLast())) {
            waiting.add(channel);
        }
        if (waiting.size() >= WAITING_MAX) {
            flushAll();
        } else if (!scheduled && !flushing) {
            scheduled = true;
            loop.execute(endOfRound);
        }
    }

    private void endOfRound() {
        scheduled = false;
        flushAll();
    }

    private void flushAll() {
        if (flushing) {
            return; // whoever is at it comes to these too
        }
        flushing = true;
        try {
            Channel next;
            while ((next = waiting.poll()) != null) { // what a flush completes may write the next message
                next.flush();
            }
        } finally {
            flushing = false;
        }
    }
}
