package io.weir.aggregator.replay;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time of a replay: stands still, or runs at a speed. One thread.
 *
 * <p>A pause of history that would last longer than the longest one allowed is shortened to that: the clock leaps ahead.
 */
final class ReplayClock {
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanoTime;
    private final double maxPauseNanos;
    private ReplaySpeed speed;
    private boolean isRunning;
    private double atMillis; // of history, at sinceNanos
    private long sinceNanos;

    /** @param maxPause the longest wait for an event; zero for any */
    ReplayClock(LongSupplier nanoTime, ReplaySpeed speed, Duration maxPause) {
        this.nanoTime = nanoTime;
        this.speed = speed;
        this.maxPauseNanos = maxPause.isZero() ? Double.POSITIVE_INFINITY : maxPause.toNanos();
        this.sinceNanos = nanoTime.getAsLong();
    }

    /** The time that it shows, in ms since the epoch. At the greatest speed it stands at what it was set to. */
    long atMillis() {
        boolean stands = !isRunning || speed.isMax(); // then nothing is asked that takes longer than to fold an event
        return (long) (stands ? atMillis : exactMillis(nanoTime.getAsLong()));
    }

    private double exactMillis(long nanos) {
        if (!isRunning || speed.isMax()) {
            return atMillis;
        }
        return atMillis + (nanos - sinceNanos) / NANOS_PER_MILLI * speed.factor();
    }

    void set(long millis) {
        atMillis = millis;
        sinceNanos = nanoTime.getAsLong();
    }

    private void settle() {
        long now = nanoTime.getAsLong();
        atMillis = exactMillis(now);
        sinceNanos = now;
    }

    void run(boolean wanted) {
        settle();
        isRunning = wanted;
    }

    ReplaySpeed speed() {
        return speed;
    }

    void speed(ReplaySpeed wanted) {
        settle();
        speed = wanted;
    }

    /** How long it takes until it shows that time, in ns; 0 or less if it does. Only while it runs. */
    long nanosUntil(long millis) {
        if (speed.isMax()) {
            return 0;
        }
        double wait = (millis - exactMillis(nanoTime.getAsLong())) * NANOS_PER_MILLI / speed.factor();
        if (wait > maxPauseNanos) {
            atMillis = millis - maxPauseNanos / NANOS_PER_MILLI * speed.factor();
            sinceNanos = nanoTime.getAsLong();
            return (long) maxPauseNanos;
        }
        return (long) Math.ceil(wait);
    }
}
