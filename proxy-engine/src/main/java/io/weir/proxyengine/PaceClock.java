package io.weir.proxyengine;

import io.netty.channel.EventLoop;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The time, and who calls when it has come. Event loop only. */
interface PaceClock {
    /** Now, as {@link System#nanoTime} has it. */
    long nanos();

    /** Has a task run; it can be cancelled. */
    Future<?> schedule(Runnable task, long delayNanos);

    /** An event loop's. */
    static PaceClock of(EventLoop loop) {
        return new PaceClock() {
            @Override
            public long nanos() {
                return System.nanoTime();
            }

            @Override
            public Future<?> schedule(Runnable task, long delayNanos) {
                return loop.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
            }
        };
    }
}
