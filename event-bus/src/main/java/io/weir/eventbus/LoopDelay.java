package io.weir.eventbus;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How late the tasks of one event loop run, looked at once a second: what a connection of that loop waits besides.
 *
 * <p>The loop measures and writes, any thread reads. The maximum forgets by itself and not by being read, so that two
 * observers see the same: it is that of the minute that runs and the one before it.
 */
public final class LoopDelay {
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final String loop;
    private final LongSupplier nanoTime;
    private long dueNanos;
    private long windowBeganNanos;
    private long windowMax;
    private long windowBeforeMax;
    private volatile long lastNanos; // the loop writes both, others read them
    private volatile long maxNanos;

    LoopDelay(String loop, LongSupplier nanoTime) {
        this.loop = loop;
        this.nanoTime = nanoTime;
        windowBeganNanos = nanoTime.getAsLong();
        dueNanos = windowBeganNanos + PERIOD_NANOS;
    }

    /** Measures a loop until that ends. Any thread. */
    public static LoopDelay watch(String name, ScheduledExecutorService loop) {
        LoopDelay delay = new LoopDelay(name, System::nanoTime);
        loop.scheduleWithFixedDelay(delay::look, PERIOD_NANOS, PERIOD_NANOS, TimeUnit.NANOSECONDS);
        return delay;
    }

    /** Runs on the loop a period after it ran last, or later. */
    void look() {
        long now = nanoTime.getAsLong();
        long late = Math.max(0, now - dueNanos);
        if (now - windowBeganNanos >= WINDOW_NANOS) {
            windowBeforeMax = windowMax;
            windowMax = 0;
            windowBeganNanos = now;
        }
        windowMax = Math.max(windowMax, late);
        lastNanos = late;
        maxNanos = Math.max(windowMax, windowBeforeMax);
        dueNanos = now + PERIOD_NANOS;
    }

    /** The name of the loop. */
    public String loop() {
        return loop;
    }

    /** How late it was when it was looked at last. */
    public long lastNanos() {
        return lastNanos;
    }

    /** How late it was at most: in the last minute at least, in the last two at most. */
    public long maxNanos() {
        return maxNanos;
    }
}
