package io.weir.benchmarks.load;

import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Wakes the event loops when operations are due, as a selector knows milliseconds only. One thread; it is late by what
 * the kernel makes of a short sleep, usually less than 0.1 ms, which counts in the latencies of every proxy alike.
 */
final class Pacer implements AutoCloseable {
    private final Thread thread;
    private volatile boolean isStopping;

    /** Makes one; with a rate of 0 it has nothing to do. */
    Pacer(List<EventLoop> loops, double operationsPerSecond) {
        isStopping = operationsPerSecond == 0;
        thread = new Thread(() -> run(loops, (long) (1e9 / operationsPerSecond)), "load-pacer");
        thread.setDaemon(true);
    }

    void start() {
        if (!isStopping) {
            thread.start();
        }
    }

    private void run(List<EventLoop> loops, long intervalNanos) {
        long due = System.nanoTime();
        while (!isStopping) {
            long now = System.nanoTime();
            if (now < due) {
                LockSupport.parkNanos(due - now);
            } else {
                loops.forEach(EventLoop::wakeUp);
                due += intervalNanos * (1 + (now - due) / intervalNanos);
            }
        }
    }

    @Override
    public void close() {
        isStopping = true;
        LockSupport.unpark(thread);
    }
}
