package io.weir.aggregator.history;

import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalIndexer;
import io.weir.aggregator.journal.JournalPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the index of a live journal up to date: the thread {@code weir-index}, a daemon of the lowest priority, beside the writer and
 * without a lock. Reads at most {@link #BYTES_PER_SECOND}. What it can't write or read costs nobody anything: it says so once,
 * and tries again with the next round.
 */
public final class IndexThread implements AutoCloseable {
    /** How long it waits between two rounds, unless told. */
    public static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(IndexThread.class);

    private static final long BYTES_PER_SECOND = 32L << 20;
    private static final long LEAST_BYTES = 1L << 20; // new ones, for which an index is written again
    private static final long JUMP_BYTES = 128L << 20;
    private static final long JOIN_MILLIS = 5_000;

    private final Path folder;
    private final Duration interval;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final JournalIndexer indexer;
    private final Thread thread;
    private long passed;
    private boolean hasComplained;

    private IndexThread(Path journalFolder, Duration interval) {
        this.folder = journalFolder;
        this.interval = interval;
        this.indexer = new JournalIndexer(journalFolder, this::reached);
        this.thread = new Thread(this::run, "weir-index");
    }

    /** Starts it on the journal in a folder, which is there. */
    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it: it only asks to be the last one served
    public static IndexThread start(Path journalFolder, Duration interval) {
        IndexThread index = new IndexThread(journalFolder, interval);
        index.thread.setDaemon(true);
        index.thread.setPriority(Thread.MIN_PRIORITY);
        index.thread.start();
        return index;
    }

    private void run() {
        try {
            do {
                round();
            } while (!closed.await(interval.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("index thread interrupted folder={}", folder);
        }
    }

    private void round() {
        passed = 0;
        try {
            indexer.update(LEAST_BYTES, false);
            hasComplained = false;
        } catch (EnoughException enough) {
            LOG.debug("index ends for now folder={}", folder);
        } catch (IOException | RuntimeException e) { // an index is worth no node
            complain(e);
        }
    }

    private void complain(Exception cause) {
        if (!hasComplained) {
            hasComplained = true;
            LOG.warn(
                    "index not written, history is found more slowly folder={} cause=\"{}\"",
                    IndexFolder.in(folder),
                    cause instanceof JournalException ? cause.getMessage() : cause.toString());
        }
    }

    /** Waits as long as it takes to be no faster than allowed. */
    private void reached(JournalPosition position, long bytes) {
        boolean isJump = bytes - passed > JUMP_BYTES; // over what was indexed before
        long millis = isJump ? 0 : TimeUnit.SECONDS.toMillis(bytes - passed) / BYTES_PER_SECOND;
        passed = isJump || millis > 0 ? bytes : passed;
        boolean isClosed;
        try {
            isClosed = closed.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            isClosed = true;
        }
        if (isClosed) {
            throw new EnoughException();
        }
    }

    /** Ends it. What it has read is kept. */
    @Override
    public void close() {
        closed.countDown();
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
