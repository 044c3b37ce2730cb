package io.weir.aggregator;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands out snapshots: asked for on any thread, made and delivered on the consumer thread, at most one a tick however
 * many ask.
 */
final class SnapshotDesk {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotDesk.class);

    private record Request(Consumer<Snapshot> reader, long upTo) {}

    private final Queue<Request> readers = new ConcurrentLinkedQueue<>();
    private final long tickNanos;
    private volatile Snapshot latest;
    private long takenAtNanos;

    SnapshotDesk(Snapshot first, long tickNanos, long nowNanos) {
        this.latest = first;
        this.tickNanos = tickNanos;
        this.takenAtNanos = nowNanos - tickNanos;
    }

    /** The newest. Any thread. */
    Snapshot latest() {
        return latest;
    }

    /**
     * Asks for a snapshot with everything up to a place in the ring. Any thread; the consumer must be woken after it.
     */
    void request(Consumer<Snapshot> reader, long upTo) {
        readers.add(new Request(reader, upTo));
    }

    /** Whether a reader waits for what has been taken up to a place in the ring. */
    boolean isWanted(long taken) {
        Request next = readers.peek();
        return next != null && next.upTo() <= taken;
    }

    /** How long a wanted snapshot must still wait for its tick; 0 or less if it need not. */
    long nanosToTick(long nowNanos) {
        return takenAtNanos + tickNanos - nowNanos;
    }

    /** Takes a snapshot and hands it to all who asked for what has been taken. Consumer thread. */
    void publish(LedgerFold fold, long atMillis, long nowNanos, long taken) {
        List<Consumer<Snapshot>> asked = new ArrayList<>();
        while (isWanted(taken)) { // who asks from here on gets the next one
            asked.add(readers.remove().reader());
        }
        Snapshot snapshot = fold.snapshot(atMillis);
        latest = snapshot;
        takenAtNanos = nowNanos;
        for (Consumer<Snapshot> each : asked) {
            deliver(each, snapshot);
        }
    }

    private static void deliver(Consumer<Snapshot> reader, Snapshot snapshot) {
        try {
            reader.accept(snapshot);
        } catch (RuntimeException e) { // a reader's fault is not the ledger's
            LOG.error("a reader of snapshots failed sequence={}", snapshot.sequence(), e);
        }
    }
}
