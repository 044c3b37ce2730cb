package io.weir.benchmarks.load;

import org.jspecify.annotations.Nullable;

/**
 * What the clients of one kind on one event loop have done so far. That loop's thread only, so the fields are plain.
 */
final class Tally {
    private final Histogram latencies = new Histogram();
    private long operations;
    private long up;
    private long down;
    private long overheadUp;
    private long overheadDown;
    private long connects;
    private long errors;
    private @Nullable String firstError;

    void sent(long bytes, boolean isOverhead) {
        if (isOverhead) {
            overheadUp += bytes;
        } else {
            up += bytes;
        }
    }

    void received(long bytes) {
        down += bytes;
    }

    /** So many of the bytes that were received turned out to be no payload. */
    void wasOverhead(long bytes) {
        down -= bytes;
        overheadDown += bytes;
    }

    void connected() {
        connects++;
    }

    void operation() {
        operations++;
    }

    void operation(long nanos) {
        operations++;
        latencies.add(nanos);
    }

    void failed(Throwable cause) {
        errors++;
        if (firstError == null) {
            firstError = cause.toString();
        }
    }

    /** Forgets the latencies so far: what follows is measured. */
    void forgetLatencies() {
        latencies.clear();
    }

    Histogram latencies() {
        return latencies.copy();
    }

    Moved moved() {
        return new Moved(operations, up, down, overheadUp, overheadDown, connects, errors, firstError);
    }
}
