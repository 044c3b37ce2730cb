package io.weir.benchmarks.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** How many clients of a run are open, and how many have left. Any thread. */
final class Progress {
    private final CountDownLatch toOpen;
    private final CountDownLatch toLeave;

    Progress(int clients) {
        toOpen = new CountDownLatch(clients);
        toLeave = new CountDownLatch(clients);
    }

    void opened() {
        toOpen.countDown();
    }

    void left() {
        toLeave.countDown();
    }

    /** Waits until each client is open or has failed; answers how many are missing. */
    long awaitOpen(Duration atMost) throws InterruptedException {
        toOpen.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        return toOpen.getCount();
    }

    /** Waits until all have left; answers how many are missing. */
    long awaitLeft(Duration atMost) throws InterruptedException {
        toLeave.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
        return toLeave.getCount();
    }
}
