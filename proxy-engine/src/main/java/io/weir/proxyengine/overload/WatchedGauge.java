package io.weir.proxyengine.overload;

import io.weir.eventbus.OverloadStep;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A gauge, what it read last and which step that asks for. The monitor's thread; any thread reads {@link #fill}. */
public final class WatchedGauge {
    private static final Logger log = LoggerFactory.getLogger(WatchedGauge.class);

    private final Gauge gauge;
    private OverloadStep step = OverloadStep.NORMAL;
    private double reading;
    private boolean isBroken;
    private volatile double fill;

    WatchedGauge(Gauge gauge) {
        this.gauge = gauge;
    }

    /** What it reads. */
    public Watched watched() {
        return gauge.watched();
    }

    /** What it read last, as a part of 1: of what there is, or for a time of the limit; 0 if it is not heeded. Any thread. */
    public double fill() {
        return fill;
    }

    OverloadStep step() {
        return step;
    }

    String text() {
        return gauge.text(reading);
    }

    /** @param limit null if it is not heeded */
    OverloadStep look(@Nullable Double limit) {
        if (limit == null) {
            step = OverloadStep.NORMAL;
            fill = 0;
            return step;
        }
        double now = read(limit);
        if (!Double.isNaN(now)) {
            reading = now;
            fill = watched().isTime() ? now / limit : now;
            step = watched().thresholds(limit).next(step, now);
        }
        return step;
    }

    private double read(double limit) {
        try {
            double now = gauge.read(limit);
            isBroken = false;
            return now;
        } catch (RuntimeException e) {
            if (!isBroken) {
                log.warn("{} could not be read, its step stays {}", watched().label(), step, e);
            }
            isBroken = true;
            return Double.NaN;
        }
    }
}
