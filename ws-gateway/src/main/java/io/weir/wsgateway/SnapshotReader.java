package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.weir.aggregator.Snapshot;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Fetches snapshots for one topic, one at a time. Event loop of the gateway.
 *
 * <p>When the ledger has not answered by the next call, the aggregator is stuck or has stopped: the reader then gets the
 * snapshot published last, marked stale, instead of silence.
 */
final class SnapshotReader {
    /**
     * What was read.
     *
     * @param atNanos when it was taken, as {@link Ledger#clockNanos}
     * @param stale whether it is an old one, because no new one came
     */
    record Reading(Snapshot snapshot, long atNanos, boolean stale) {}

    private final EventLoop loop;
    private final Ledger ledger;
    private final Consumer<Reading> reader;
    private boolean isAsking;

    SnapshotReader(EventLoop loop, Ledger ledger, Consumer<Reading> reader) {
        this.loop = loop;
        this.ledger = ledger;
        this.reader = reader;
    }

    /** Asks for a snapshot, unless one is on its way. */
    void readIfIdle() {
        if (!isAsking) {
            read();
        }
    }

    void read() {
        if (isAsking) {
            Snapshot old = ledger.latest();
            reader.accept(new Reading(old, ledger.clockNanos(old), true));
            return;
        }
        isAsking = true;
        ledger.requestSnapshot(this::hop);
    }

    /** Aggregator's thread: nothing may be thrown into it. */
    private void hop(Snapshot snapshot) {
        Reading reading = new Reading(snapshot, ledger.clockNanos(snapshot), false);
        try {
            loop.execute(() -> arrived(reading));
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }

    private void arrived(Reading reading) {
        isAsking = false;
        reader.accept(reading);
    }
}
