package io.weir.proxyengine;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits, when an engine stops, until its sessions have ended and all that they had to say was published. The stopping thread, but for {@link #hurry}. */
final class Drain {
    private static final Logger log = LoggerFactory.getLogger(Drain.class);
    private static final long PUBLISH_LAST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long SAY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Crew crew;
    private volatile boolean hurried;

    Drain(Crew crew) {
        this.crew = crew;
    }

    /** Waits for no session any more. Any thread. */
    void hurry() {
        hurried = true;
    }

    /** Waits until no session is left, at most so long, and says once a second how it stands. */
    void awaitSessions(Duration limit) {
        long start = System.nanoTime();
        long said = start;
        boolean isOver = false;
        while (!isOver) {
            int left = crew.sum(loop -> loop.sessions().count());
            long now = System.nanoTime();
            long leftNanos = limit.toNanos() - (now - start);
            isOver = left == 0 || leftNanos <= 0 || hurried;
            if (isOver && left > 0) {
                log.info(
                        "draining ended, ending sessions={} because=\"{}\"",
                        left,
                        hurried ? "second signal" : "time is up");
            } else if (!isOver && now - said >= SAY_NANOS) {
                said += SAY_NANOS;
                log.info("draining, sessions left={} seconds={}", left, TimeUnit.NANOSECONDS.toSeconds(leftNanos));
            }
            if (!isOver) {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** Waits until each loop has published all that it had to say, but not for ever. */
    void awaitPublished() {
        boolean quiet = awaitUntil(() -> crew.sum(loop -> loop.isQuiet() ? 0 : 1) == 0);
        if (!quiet) {
            log.error("some sessions could not be published before the end; the next start records their end");
        }
    }

    private static boolean awaitUntil(BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > PUBLISH_LAST_NANOS) {
                return false;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return true;
    }
}
