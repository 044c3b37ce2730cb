package io.weir.proxyengine.bodies;

import io.weir.proxyengine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes bodies into a folder, named by their SHA-256, so that each is there once. Any thread; its own one is {@code weir-bodies}.
 *
 * <p>Whoever opens it closes it, after the exchanges are over. One process has the folder for itself: opening deletes what is under way there.
 */
public final class BodyStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BodyStore.class);
    private static final long CLOSE_MILLIS = 5000;

    private final BodyStoreConfig config;
    private final BodyFolder folder;
    private final BodyQueue queue;
    private final Thread thread;

    private BodyStore(BodyStoreConfig config, BodyFolder folder, BodyQueue queue, BodyWriter writer) {
        this.config = config;
        this.folder = folder;
        this.queue = queue;
        thread = new Thread(writer, "weir-bodies");
        thread.setDaemon(true);
    }

    /**
     * Makes the folder if it is not there, lists it, deletes what is too old or left by a crash, and starts.
     *
     * @throws EngineException if the folder cannot be used
     */
    public static BodyStore open(BodyStoreConfig config) {
        return open(config, Disk.REAL, InstantSource.system());
    }

    static BodyStore open(BodyStoreConfig config, Disk disk, InstantSource clock) {
        try {
            var folder = BodyFolder.open(config.folder());
            var queue = new BodyQueue(config.queueBytesMax());
            var writer = new BodyWriter(config, folder, queue, disk, clock);
            writer.takeStock();
            var store = new BodyStore(config, folder, queue, writer);
            store.thread.start();
            return store;
        } catch (IOException e) {
            throw new EngineException(
                    "bodies cannot be stored in " + config.folder().toAbsolutePath() + ": " + e, e);
        }
    }

    /**
     * Begins to record one message's body. Event loop of the exchange; the recorder is that loop's.
     *
     * @param whenDone told once what became of it, on {@code loop}: inside {@link BodyRecorder#end()} or {@link BodyRecorder#abort()} if there is
     *     nothing to wait for. Not told if {@code loop} no longer takes tasks
     */
    public BodyRecorder begin(Executor loop, Consumer<StoredBody> whenDone) {
        return new BodyRecorder(queue, new UnfinishedBody(new Delivery(loop, whenDone)), config.bodyBytesMax());
    }

    /** Where the bodies are; the package's description says how. */
    public Path folder() {
        return folder.path();
    }

    /** Memory in use for what is not written yet. */
    public long queuedBytes() {
        return queue.reservedBytes();
    }

    /** Waits until what is queued is stored, for 5 s at most; the rest is given up. Not for an event loop. */
    @Override
    public void close() {
        close(CLOSE_MILLIS);
    }

    void close(long limitMillis) {
        queue.close();
        try {
            thread.join(limitMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // then there is no time left
        }
        if (thread.isAlive()) {
            log.warn("bodies are given up, as the disk is too slow folder={} bytes={}", folder.path(), queuedBytes());
            queue.die();
        }
    }
}
