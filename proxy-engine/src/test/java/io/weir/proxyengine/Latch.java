package io.weir.proxyengine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds whoever waits at it until it is closed, which means opened. */
final class Latch implements AutoCloseable {
    private final CountDownLatch latch = new CountDownLatch(1);

    void await() {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new AssertionError("nobody came");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    boolean isHolding() {
        return latch.getCount() > 0;
    }

    @Override
    public void close() {
        latch.countDown();
    }
}
