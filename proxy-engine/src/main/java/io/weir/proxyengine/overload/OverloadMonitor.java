package io.weir.proxyengine.overload;

import io.weir.eventbus.OverloadStep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at all gauges a few times a second, on a thread of its own, and tells how far to go: as far as the gauge that asks for most. Made and closed by any
 * thread.
 *
 * <p>While something is short it looks more often, so that it is noticed at once when that is over.
 */
public final class OverloadMonitor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(OverloadMonitor.class);
    private static final long CALM_NANOS = 250_000_000;
    private static final long BUSY_NANOS = 100_000_000;

    /** Is told by the monitor's thread; must be quick. */
    @FunctionalInterface
    public interface Target {
        /**
         * Goes so far from now on. Called at every look, as the figure changes.
         *
         * @param cause which figure asks for it; empty for none
         */
        void overload(OverloadStep step, String cause);
    }

    private final List<WatchedGauge> gauges = new ArrayList<>();
    private final Target target;
    private final Thread thread = new Thread(this::run, "weir-overload");
    private volatile OverloadLimits limits;
    private volatile boolean isClosed;
    private OverloadStep step = OverloadStep.NORMAL;

    private OverloadMonitor(List<Gauge> gauges, OverloadLimits limits, Target target) {
        gauges.forEach(gauge -> this.gauges.add(new WatchedGauge(gauge)));
        this.limits = limits;
        this.target = target;
        thread.setDaemon(true);
    }

    /** Begins to look. */
    public static OverloadMonitor start(List<Gauge> gauges, OverloadLimits limits, Target target) {
        var monitor = new OverloadMonitor(gauges, limits, target);
        monitor.thread.start();
        return monitor;
    }

    /** Goes by others from the next look on. Any thread. */
    public void limits(OverloadLimits others) {
        limits = others;
    }

    /** Looks as soon as may be. Any thread; returns at once. */
    public void lookSoon() {
        LockSupport.unpark(thread);
    }

    /** The gauges that there are, each with what it read last. The list is never changed. Any thread. */
    public List<WatchedGauge> gauges() {
        return List.copyOf(gauges);
    }

    private void run() {
        while (!isClosed) {
            try {
                look();
            } catch (RuntimeException | Error e) { // there may be no memory for it; it is looked at again
                say(e);
            }
            if (!isClosed) {
                LockSupport.parkNanos(this, step == OverloadStep.NORMAL ? CALM_NANOS : BUSY_NANOS);
            }
        }
    }

    private static void say(Throwable failure) {
        try {
            log.error("what may run short could not be looked at", failure);
        } catch (RuntimeException | Error e) {
            return; // no memory even for that: the next look comes all the same
        }
    }

    private void look() {
        OverloadLimits now = limits;
        @Nullable WatchedGauge highest = null;
        for (WatchedGauge gauge : gauges) {
            OverloadStep asked = gauge.look(now.of(gauge.watched()));
            boolean isHigher = highest == null
                    ? asked != OverloadStep.NORMAL
                    : asked.code() > highest.step().code();
            highest = isHigher ? gauge : highest;
        }
        OverloadStep next = highest == null ? OverloadStep.NORMAL : highest.step();
        target.overload(next, highest == null ? "" : highest.text());
        step = next;
    }

    /** Looks no more, and waits until it does not. What was told last stays. */
    @Override
    public void close() {
        isClosed = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
