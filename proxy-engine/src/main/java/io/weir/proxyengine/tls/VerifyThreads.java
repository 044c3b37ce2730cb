package io.weir.proxyengine.tls;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The threads {@code weir-verify}, two, on which certificates of others are verified. They are there while there is something to do. Any thread. */
public final class VerifyThreads implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;

    /** Starts none yet. */
    public VerifyThreads() {
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    var thread = new Thread(task, "weir-verify");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    Executor executor() {
        return threads;
    }

    /** Handshakes that go on fail. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
