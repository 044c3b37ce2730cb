package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something periodically while it is wanted, and nothing otherwise. Event loop of the gateway. */
final class Ticker {
    private static final Logger LOG = LoggerFactory.getLogger(Ticker.class);

    private final EventLoop loop;
    private final long periodNanos;
    private final Runnable tick;
    private @Nullable ScheduledFuture<?> running;

    Ticker(EventLoop loop, Duration period, Runnable tick) {
        this.loop = loop;
        this.periodNanos = period.toNanos();
        this.tick = tick;
    }

    /**
     * Runs or rests.
     *
     * @return whether that began with this call
     */
    boolean want(boolean wanted) {
        ScheduledFuture<?> current = running;
        if (wanted && current == null) {
            running = loop.scheduleWithFixedDelay(this::tick, periodNanos, periodNanos, TimeUnit.NANOSECONDS);
            return true;
        }
        if (!wanted && current != null) {
            current.cancel(false);
            running = null;
        }
        return false;
    }

    private void tick() {
        try {
            tick.run();
        } catch (RuntimeException e) {
            LOG.error("a tick failed; the next one is tried", e); // the timer would stop in silence
        }
    }
}
