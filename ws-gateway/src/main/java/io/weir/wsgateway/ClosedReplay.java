package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.weir.aggregator.ClosedSession;
import io.weir.aggregator.history.HistoryException;
import io.weir.aggregator.history.ScanControl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads out of the journal which sessions closed while nobody holds them in memory any more: on a thread of its own,
 * {@code weir-gateway-resume}, which rests while nobody asks. Called on the gateway's event loop, which also gets the answers.
 */
final class ClosedReplay implements AutoCloseable {
    /** More are not read for a client that comes back: it is told everything anew. */
    static final int MAX_ROWS = 50_000;

    /** Nor are rows that take more than about this in memory, as those of long texts do. */
    static final long MAX_BYTES = 32L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(ClosedReplay.class);
    private static final int MAX_WAITING = 8;
    private static final long MAX_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long REST_SECONDS = 10;

    /** What the journal's files tell. */
    @FunctionalInterface
    interface Source {
        /** Hands out the sessions that were closed after a sequence and up to another, that one included, in that order. */
        void closedBetween(long after, long upTo, Consumer<ClosedSession> sink, ScanControl control);
    }

    private final EventLoop loop;
    private final Source source;
    private final ThreadPoolExecutor executor;
    private volatile boolean isClosed;

    ClosedReplay(EventLoop loop, Source source) {
        this.loop = loop;
        this.source = source;
        this.executor = new ThreadPoolExecutor(
                1, 1, REST_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_WAITING), ClosedReplay::thread);
        executor.allowCoreThreadTimeOut(true);
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "weir-gateway-resume");
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Asks for what closed after a sequence and up to another, that one included.
     *
     * @param isWanted whether somebody still waits for it; asked on the reading thread
     * @param reader gets it, in that order; or nothing, if that is too much, takes too long or cannot be read
     */
    void read(long after, long upTo, BooleanSupplier isWanted, Consumer<Optional<List<ClosedSession>>> reader) {
        try {
            executor.execute(() -> {
                Optional<List<ClosedSession>> closed = collect(after, upTo, isWanted);
                answer(() -> reader.accept(closed));
            });
        } catch (RejectedExecutionException tooMany) {
            answer(() -> reader.accept(Optional.empty()));
        }
    }

    private void answer(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }

    private Optional<List<ClosedSession>> collect(long after, long upTo, BooleanSupplier isWanted) {
        Rows rows = new Rows();
        long begun = System.nanoTime();
        try {
            source.closedBetween(
                    after,
                    upTo,
                    rows::add,
                    () -> !isClosed && System.nanoTime() - begun < MAX_NANOS && isWanted.getAsBoolean());
            return Optional.of(rows.closed);
        } catch (HistoryException e) {
            LOG.debug("what closed after {} is not read: {}", after, e.getMessage());
        } catch (RuntimeException e) { // the edge of this thread
            LOG.error("what closed after {} cannot be read", after, e);
        }
        return Optional.empty();
    }

    /** What was read, as much as may be held. */
    private static final class Rows {
        private final List<ClosedSession> closed = new ArrayList<>();
        private long bytes;

        void add(ClosedSession session) {
            closed.add(session);
            bytes += session.estimatedBytes();
            if (closed.size() > MAX_ROWS || bytes > MAX_BYTES) {
                throw new HistoryException("more than " + MAX_ROWS + " rows or " + MAX_BYTES + " bytes");
            }
        }
    }

    /** Ends the thread after what it is reading. Any thread; does not wait, and interrupts nobody who reads a file. */
    @Override
    public void close() {
        isClosed = true;
        executor.shutdown();
    }
}
