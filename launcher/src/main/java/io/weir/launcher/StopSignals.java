package io.weir.launcher;

import io.weir.launcher.config.Signals;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * SIGTERM and SIGINT: the first one stops the process as the JVM would do it, with its shutdown hooks and the usual status; the next
 * one makes the stop hurry. Threads of the JVM's.
 */
final class StopSignals {
    /** What a shell adds to a signal's number to tell that it ended a process. */
    private static final int BY_SIGNAL = 128;

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    private StopSignals() {}

    /** From now on. Where signals can't be had, the JVM goes on to do the first part. */
    static void serve(Runnable hurry) {
        var isStopping = new AtomicBoolean();
        Signals.on("TERM", () -> stop(isStopping, BY_SIGNAL + SIGTERM, hurry));
        Signals.on("INT", () -> stop(isStopping, BY_SIGNAL + SIGINT, hurry));
    }

    private static void stop(AtomicBoolean isStopping, int status, Runnable hurry) {
        if (isStopping.compareAndSet(false, true)) {
            System.exit(status); // does not return
        } else {
            hurry.run();
        }
    }
}
