package io.weir.benchmarks.load;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The clients of one kind on one event loop: opens them, gives them work, counts what they do. Without a rate a client
 * starts its next operation when it has done the last. With one, operations are due at fixed times whether or not a
 * client is free, and latencies count from there, so that a stall is charged to all that it delays. Event loop's thread
 * only, but for {@link #progress}.
 */
final class Crew {
    private static final int OPENING_AT_ONCE = 32;
    private static final int MOST_ERRORS = 1000;

    private final EventLoop loop;
    private final Progress progress;
    private final Tally tally = new Tally();
    private final Set<Worker> present = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<Worker> unopened = new ArrayDeque<>();
    private final ArrayDeque<Worker> idle = new ArrayDeque<>();
    private final double intervalNanos;
    private long begunAt;
    private long started; // operations, if there is a rate
    private long errors;
    private long missed;
    private State state = State.OPENING;

    private enum State {
        OPENING,
        WORKING,
        FINISHING
    }

    /**
     * Gathers a crew.
     *
     * @param operationsPerSecond of this crew; 0 for as many as it can
     */
    Crew(EventLoop loop, Progress progress, double operationsPerSecond) {
        this.loop = loop;
        this.progress = progress;
        intervalNanos = operationsPerSecond == 0 ? 0 : 1e9 / operationsPerSecond;
    }

    EventLoop loop() {
        return loop;
    }

    Tally tally() {
        return tally;
    }

    long missed() {
        return missed;
    }

    boolean isFinishing() {
        return state == State.FINISHING;
    }

    void add(Worker worker) {
        present.add(worker);
        unopened.add(worker);
    }

    /** Opens all, a few at a time. */
    void open() {
        for (int i = 0; i < OPENING_AT_ONCE; i++) {
            openNext();
        }
    }

    private void openNext() {
        Worker next = unopened.poll();
        if (next != null) {
            next.open();
        }
    }

    /** Starts the work. */
    void begin(long nowNanos) {
        state = State.WORKING;
        begunAt = nowNanos;
        if (intervalNanos > 0) {
            loop.onEachTurn(this::dispatch);
        }
        dispatch();
    }

    private void dispatch() {
        while (state == State.WORKING && !idle.isEmpty()) {
            long now = System.nanoTime();
            long due = intervalNanos == 0 ? now : nextDue();
            if (due > now) {
                return;
            }
            started++;
            idle.remove().start(due);
        }
    }

    private long nextDue() {
        return begunAt + (long) (started * intervalNanos);
    }

    /** A client is open; for the first time, or again after a failure. */
    void ready(Worker worker) {
        if (state == State.OPENING) {
            progress.opened();
            openNext();
        }
        next(worker);
    }

    /** A client has done its operation, and is free. */
    void done(Worker worker, long dueNanos) {
        tally.operation(System.nanoTime() - dueNanos);
        next(worker);
    }

    private void next(Worker worker) {
        if (state == State.FINISHING) {
            worker.finish();
        } else {
            idle.add(worker);
            dispatch();
        }
    }

    /** A client's connection broke, and with it its operation. */
    void failed(Worker worker, Throwable cause) {
        tally.failed(cause);
        idle.remove(worker);
        errors++;
        if (state == State.OPENING) {
            progress.opened();
            openNext();
        }
        if (state == State.WORKING && errors < MOST_ERRORS) {
            loop.execute(worker::open);
        } else {
            left(worker);
        }
    }

    /** No new operations; those that run are completed. */
    void finish(long nowNanos) {
        if (intervalNanos > 0 && state == State.WORKING) {
            missed = Math.max(0, (long) ((nowNanos - begunAt) / intervalNanos) - started);
        }
        state = State.FINISHING;
        List.copyOf(present).forEach(Worker::finish);
    }

    /** A client has ended. */
    void left(Worker worker) {
        if (present.remove(worker)) {
            progress.left();
        }
    }
}
