package io.weir.proxyengine;

import io.weir.eventbus.OverloadStep;
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

    private record State(
            OverloadStep step, String cause, @Nullable String refusal) {
        static State of(OverloadStep step, String cause) {
            return new State(step, cause, step.isAtLeast(OverloadStep.REFUSING) ? "overloaded: " + cause : null);
        }
    }

    private volatile State state = State.of(OverloadStep.NORMAL, "");
    private volatile long filesRanOutNanos = System.nanoTime() - SHORT_OF_FILES_NANOS;
    private final LongAdder refused = new LongAdder();

    /** Goes so far from now on; returns how far it went before. */
    OverloadStep set(OverloadStep step, String cause) {
        OverloadStep before = state.step();
        state = State.of(step, cause);
        return before;
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
