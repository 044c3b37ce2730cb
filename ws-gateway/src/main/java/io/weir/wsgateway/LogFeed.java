package io.weir.wsgateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Carries log lines from any thread to the dashboards that subscribed to them. Bounded: when {@value #CAPACITY} lines wait
 * the oldest is dropped, and how many were is told as a line of its own.
 *
 * <p>While nobody subscribed, or to higher levels only, a line costs one volatile read. Whoever publishes should leave out
 * the logger of this package, since a line about the sending of lines would never end.
 */
public final class LogFeed {
    static final int CAPACITY = 2000;

    /** So many lines are not kept waiting for the next batch. */
    static final int BATCH = 200;

    private static final int DRAIN_LIMIT = 2 * CAPACITY;

    /** Told by publishers, on their thread, that lines wait. */
    interface Arrival {
        /** The first line since the feed was drained. */
        void begun();

        /** A batch is full. */
        void full();
    }

    private static final Arrival NOBODY = new Arrival() {
        @Override
        public void begun() {}

        @Override
        public void full() {}
    };

    private final Queue<LogLine> lines = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong dropped = new AtomicLong();
    private final Consumer<Optional<LogLevel>> wantedListener;
    private volatile Optional<LogLevel> wanted = Optional.empty();
    private volatile Arrival arrival = NOBODY;

    /**
     * A feed that nobody reads yet.
     *
     * @param wantedListener told the lowest level that anyone subscribed to, empty for none, whenever that changes; on the
     *     gateway's event loop, and must not wait
     */
    public LogFeed(Consumer<Optional<LogLevel>> wantedListener) {
        this.wantedListener = wantedListener;
    }

    /**
     * Passes a line on, if anyone wants it. Any thread; never waits.
     *
     * @param level name of a {@link LogLevel}; any other counts as {@code INFO}
     * @param session the session it is about; 0 if none
     */
    public void publish(String level, long session, String message, long atMillis) {
        Optional<LogLevel> lowest = wanted;
        if (lowest.isEmpty()) {
            return;
        }
        LogLevel actual = LogLevel.named(level).orElse(LogLevel.INFO);
        if (actual.compareTo(lowest.get()) >= 0) {
            add(new LogLine(actual, session, message, atMillis));
        }
    }

    private void add(LogLine line) {
        lines.add(line);
        int waiting = size.incrementAndGet();
        if (waiting > CAPACITY && lines.poll() != null) {
            size.decrementAndGet();
            dropped.incrementAndGet();
        }
        if (waiting == 1) {
            arrival.begun();
        } else if (waiting == BATCH) {
            arrival.full();
        }
    }

    /** Sets who is told of lines. Once, at start. */
    void onArrival(Arrival listener) {
        arrival = listener;
    }

    /** Sets the lowest level that anyone wants; with none, what waits is forgotten. Gateway's event loop. */
    void want(Optional<LogLevel> lowest) {
        if (lowest.equals(wanted)) {
            return;
        }
        wanted = lowest;
        if (lowest.isEmpty()) {
            drain();
        }
        wantedListener.accept(lowest);
    }

    /** Takes out what waits. One thread at a time. */
    Drained drain() {
        List<LogLine> drained = new ArrayList<>();
        while (drained.size() < DRAIN_LIMIT) {
            LogLine line = lines.poll();
            if (line == null) {
                return new Drained(drained, dropped.getAndSet(0));
            }
            size.decrementAndGet();
            drained.add(line);
        }
        arrival.begun(); // publishers are faster than we are: the rest comes with the next batch
        return new Drained(drained, dropped.getAndSet(0));
    }

    /**
     * What a feed had.
     *
     * @param lines oldest first
     * @param dropped how many more there were before the first
     */
    record Drained(List<LogLine> lines, long dropped) {}
}
