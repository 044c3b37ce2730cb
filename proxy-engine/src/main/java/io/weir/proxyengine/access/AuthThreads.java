package io.weir.proxyengine.access;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** {@code weir-auth-N}: one thread for two cores, two at most, as each may need 64 MiB for a hash. Any thread. */
final class AuthThreads implements Workers {
    private static final int MOST = 2;

    private final ScheduledThreadPoolExecutor threads;

    AuthThreads() {
        var number = new AtomicInteger();
        int count = Math.max(1, Math.min(MOST, Runtime.getRuntime().availableProcessors() / 2));
        threads = new ScheduledThreadPoolExecutor(count, work -> {
            var thread = new Thread(work, "weir-auth-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        threads.setRemoveOnCancelPolicy(true);
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    @Override
    public boolean run(Runnable task) {
        return runIn(task, 0);
    }

    @Override
    public boolean runIn(Runnable task, long nanos) {
        try {
            threads.schedule(task, nanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (RejectedExecutionException closed) {
            return false;
        }
    }

    @Override
    public void runEvery(Runnable task, long nanos) {
        threads.scheduleWithFixedDelay(task, nanos, nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
