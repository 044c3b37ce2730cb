package io.weir.proxyengine;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Sends one byte after the other, with pauses, on a thread of its own. */
final class Trickle implements AutoCloseable {
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private volatile boolean stopped;

    static Trickle start(Wire wire, String text) {
        var trickle = new Trickle();
        var thread = new Thread(() -> trickle.run(wire, text), "trickle");
        thread.setDaemon(true);
        thread.start();
        return trickle;
    }

    private void run(Wire wire, String text) {
        try {
            for (int i = 0; i < text.length() && !stopped; i++) {
                wire.send(text.substring(i, i + 1));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException ended) {
            // the proxy has had enough
        }
    }

    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        stop();
    }
}
