package io.weir.proxyengine;

import io.weir.eventbus.OverloadStep;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What is running short and how far the engine goes to spare it: one volatile reference for all loops. One thread sets it, any thread reads. */
final class Shortage {
    /** So much sooner is ended what stands still. */
    private static final int SHORTENED = 10;

    /** But not sooner than this, nor than it would be anyway. */
    private static final long LEAST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long SHORT_OF_FILES_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    /** Files that no client and no origin gets: the journal, the log and the gateway may need one at any time. */
    private static final int FILES_KEPT = 8;

    /** From which part of all files on the monitor is told of each that is taken, but not more often than this. */
    private static final double FILES_WATCHED = 0.7;

    private static final long WAKE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private record State(
            OverloadStep step, String cause, @Nullable String refusal) {
        static State of(OverloadStep step, String cause) {
            return new State(step, cause, step.isAtLeast(OverloadStep.REFUSING) ? "overloaded: " + cause : null);
        }
    }

    private volatile State state = State.of(OverloadStep.NORMAL, "");
    private volatile long filesRanOutNanos = System.nanoTime() - SHORT_OF_FILES_NANOS;
    private final LongAdder refused = new LongAdder();
    private final long files;
    private volatile Runnable monitor = () -> {};
    private volatile long wokenNanos = System.nanoTime();

    /** @param files that the process may have open */
    Shortage(long files) {
        this.files = files;
        heed(new IOException()); // so that what it needs is loaded while there is a file for it
    }

    /** Who looks at what is short, to be told that it is time to. Any thread. */
    void monitor(Runnable lookSoon) {
        monitor = lookSoon;
    }

    /**
     * A socket has got this descriptor. The system gives the lowest that is free, so it says how many files are open, at once and without counting.
     *
     * @return whether it is one of those that are kept for others
     */
    boolean isLastFile(int descriptor) {
        if (descriptor < files * FILES_WATCHED) {
            return false;
        }
        boolean isLast = descriptor >= files - FILES_KEPT;
        long now = System.nanoTime();
        if (isLast) {
            filesRanOutNanos = now;
        }
        if (now - wokenNanos > WAKE_NANOS) {
            wokenNanos = now;
            monitor.run();
        }
        return isLast;
    }

    /** Goes so far from now on. One thread. */
    void set(OverloadStep step, String cause) {
        if (state.step() != step || !state.cause().equals(cause)) {
            state = State.of(step, cause);
        }
    }

    OverloadStep step() {
        return state.step();
    }

    /** Which figure asks for it, for people; empty if none does. */
    String cause() {
        return state.cause();
    }

    /** Why no session may begin; null if one may. */
    @Nullable String refusal() {
        return state.refusal();
    }

    /** How long something may stand still that may otherwise do so for {@code nanos}. */
    long patience(long nanos) {
        return step() == OverloadStep.NORMAL ? nanos : Math.max(nanos / SHORTENED, Math.min(nanos, LEAST_NANOS));
    }

    boolean keepsOrigins() {
        return step() == OverloadStep.NORMAL;
    }

    boolean keepsClients() {
        return !step().isAtLeast(OverloadStep.KEEP_ALIVE_OFF);
    }

    void countRefused() {
        refused.increment();
    }

    /** Requests that were refused for this. */
    long refused() {
        return refused.sum();
    }

    /** Notes it if a file was wanted and none was to be had. */
    void heed(Throwable failure) {
        if (ConnectFailure.isOutOfFiles(failure)) {
            filesRanOutNanos = System.nanoTime();
        }
    }

    /** Whether that was a moment ago. */
    boolean isShortOfFiles() {
        return System.nanoTime() - filesRanOutNanos < SHORT_OF_FILES_NANOS;
    }
}
