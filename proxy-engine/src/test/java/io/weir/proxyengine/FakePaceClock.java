package io.weir.proxyengine;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A clock that a test moves; what is due runs as late as an event loop with other work would run it. */
final class FakePaceClock implements PaceClock {
    private record Task(long atNanos, long number, Runnable task, Future<?> handle) {}

    private final Random random;
    private final long lateNanos;
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::atNanos).thenComparingLong(Task::number));
    private long nowNanos;
    private long numbers;
    private long runs;

    /**
     * Makes one that begins just before the clock turns negative.
     *
     * @param lateNanos the most that a task may be late
     */
    FakePaceClock(Random random, long lateNanos) {
        this.random = random;
        this.lateNanos = lateNanos;
        nowNanos = Long.MAX_VALUE - 3_000_000_000L;
    }

    @Override
    public long nanos() {
        return nowNanos;
    }

    /** Since the beginning; does not overflow. */
    long elapsedNanos() {
        return nowNanos - (Long.MAX_VALUE - 3_000_000_000L);
    }

    @Override
    public Future<?> schedule(Runnable task, long delayNanos) {
        if (delayNanos < 0) {
            throw new IllegalArgumentException("a delay of " + delayNanos);
        }
        var handle = new CompletableFuture<Void>();
        long late = lateNanos == 0 || delayNanos == 0 ? 0 : random.nextLong(lateNanos);
        tasks.add(new Task(elapsedNanos() + delayNanos + late, numbers++, task, handle));
        return handle;
    }

    /** How many tasks have run. */
    long runs() {
        return runs;
    }

    /** How many tasks wait. */
    long waiting() {
        return tasks.stream().filter(each -> !each.handle().isCancelled()).count();
    }

    void advance(long nanos) {
        long until = elapsedNanos() + nanos;
        Task next;
        while ((next = tasks.peek()) != null && next.atNanos() <= until) {
            tasks.remove();
            nowNanos += Math.max(0, next.atNanos() - elapsedNanos());
            if (!next.handle().isCancelled()) {
                runs++;
                next.task().run();
            }
        }
        nowNanos += until - elapsedNanos();
    }
}
