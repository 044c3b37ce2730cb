package io.weir.proxyengine;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Writes on and on to a peer that has stopped reading, on a thread of its own. */
final class Stalled implements AutoCloseable {
    private static final long STILL_NANOS = TimeUnit.MILLISECONDS.toNanos(400);

    private final Wire wire;
    private final Thread writer;

    private Stalled(Wire wire, Thread writer) {
        this.wire = wire;
        this.writer = writer;
    }

    /** Starts to write {@code block} {@code times} times. */
    static Stalled write(Wire wire, byte[] block, int times) {
        var writer = new Thread(
                () -> {
                    try {
                        for (int i = 0; i < times; i++) {
                            wire.send(block);
                        }
                    } catch (IOException ended) {
                        // the test has seen enough
                    }
                },
                "writer");
        writer.setDaemon(true);
        writer.start();
        return new Stalled(wire, writer);
    }

    /** Bytes that the kernel had taken when it took no more. */
    long awaitStandstill() {
        long last = -1;
        long since = System.nanoTime();
        while (System.nanoTime() - since < STILL_NANOS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            if (wire.sent() != last) {
                last = wire.sent();
                since = System.nanoTime();
            }
        }
        return last;
    }

    /** Waits until all was written. */
    void join() throws InterruptedException {
        writer.join(20_000);
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
