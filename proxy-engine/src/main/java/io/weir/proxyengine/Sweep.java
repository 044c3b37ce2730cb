package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One timer for all deadlines of an event loop: a timer for each connection would cost more than the connections. Precise to its period. Event loop only.
 */
final class Sweep {
    private static final Logger log = LoggerFactory.getLogger(Sweep.class);
    /** For deadlines of seconds. */
    static final long PERIOD_MILLIS = 500;

    private long periodMillis;
    private final List<Swept> swept = new ArrayList<>();
    private long nowNanos = System.nanoTime();
    private @Nullable Future<?> timer;

    Sweep(long periodMillis) {
        this.periodMillis = periodMillis;
    }

    void start(EventLoop loop) {
        timer = loop.scheduleWithFixedDelay(this::run, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    /** Goes on with another period. */
    void period(EventLoop loop, long millis) {
        if (millis != periodMillis) {
            periodMillis = millis;
            Future<?> before = timer;
            if (before != null) {
                before.cancel(false);
                start(loop);
            }
        }
    }

    /** The time of the last sweep: no system call, half a second coarse. */
    long nowNanos() {
        return nowNanos;
    }

    void add(Swept one) {
        one.sweepPosition(swept.size());
        swept.add(one);
    }

    void remove(Swept one) {
        int position = one.sweepPosition();
        if (position < 0) {
            return;
        }
        Swept last = swept.remove(swept.size() - 1);
        if (!last.equals(one)) {
            swept.set(position, last);
            last.sweepPosition(position);
        }
        one.sweepPosition(-1);
    }

    /** Looks at all of it, before its time. */
    void run() {
        nowNanos = System.nanoTime();
        for (int i = swept.size() - 1; i >= 0; i--) { // from the end, because sweeping may remove what is swept
            if (i < swept.size()) {
                sweep(swept.get(i));
            }
        }
    }

    private void sweep(Swept one) {
        try {
            one.sweep(nowNanos);
        } catch (RuntimeException | Error e) { // would end the timer, and with it all timeouts of this loop
            log.error("a deadline could not be kept", e);
        }
    }

    /** A copy, for those who close what they visit. */
    List<Swept> all() {
        return List.copyOf(swept);
    }
}
