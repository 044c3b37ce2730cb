package io.weir.eventbus;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what happens within milliseconds, if at all. */
final class Soon {
    private Soon() {}

    static void until(Callable<Boolean> condition) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .atMost(Duration.ofSeconds(20))
                .dontCatchUncaughtExceptions()
                .until(condition);
    }
}
