package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.SessionIds;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What the journal gets besides the events of the loops, while it can be written: ids, checkpoints, seals, and what is pruned. Consumer thread. */
final class LedgerUpkeep {
    static final long IDS_AT_ONCE = 1L << 24;
    static final long IDS_LEFT_AT_LEAST = 1L << 23;

    /** What is to be in the journal, and who waits for it. */
    private record PruneRequest(JournalPruned event, CompletableFuture<Long> sequence) {}

    private final AggregatorConfig config;
    private final LedgerWriter writer;
    private final LedgerFold fold;
    private final SessionIds ids;
    private final JournalSync sync;
    private final AtomicReference<@Nullable PruneRequest> pruneRequest = new AtomicReference<>();
    private long checkpointAtNanos = System.nanoTime();
    private long sealedAtNanos = checkpointAtNanos;

    LedgerUpkeep(AggregatorConfig config, LedgerWriter writer, LedgerFold fold, SessionIds ids, JournalSync sync) {
        this.config = config;
        this.writer = writer;
        this.fold = fold;
        this.ids = ids;
        this.sync = sync;
    }

    /** Does what is due. */
    void run(long nowNanos, long now) throws IOException {
        reserveIds(now);
        if (isCheckpointDue(nowNanos)) {
            writer.writeCheckpoint(now);
            checkpointAtNanos = nowNanos;
        }
        sealIfDue(nowNanos, now);
        PruneRequest request = pruneRequest.getAndSet(null);
        if (request != null) {
            prune(request, now);
        }
    }

    private boolean isCheckpointDue(long nowNanos) {
        return writer.isInFileWithoutCheckpoint()
                || writer.eventsSinceCheckpoint() >= config.checkpointEvents()
                || (writer.eventsSinceCheckpoint() > 0
                        && nowNanos - checkpointAtNanos
                                >= config.checkpointInterval().toNanos());
    }

    /** See {@link LiveLedger#prune}; it is done with the next run. Any thread, one at a time. */
    CompletableFuture<Long> prune(JournalPruned event) {
        PruneRequest request = new PruneRequest(event, new CompletableFuture<>());
        pruneRequest.set(request);
        return request.sequence();
    }

    private void prune(PruneRequest request, long now) throws IOException {
        try {
            writer.write(request.event(), now);
            long sequence = fold.sequence();
            writer.seal(now);
            if (sync.now()) {
                request.sequence().complete(sequence);
            } else {
                request.sequence().completeExceptionally(new IOException("it could not be synced"));
            }
        } catch (IOException e) {
            request.sequence().completeExceptionally(e);
            throw e;
        }
    }

    private void sealIfDue(long nowNanos, long now) throws IOException {
        boolean isDue = nowNanos - sealedAtNanos >= config.sealInterval().toNanos();
        if (isDue && writer.isUnsealed()) {
            writer.seal(now);
            sealedAtNanos = nowNanos;
        }
    }

    private void reserveIds(long now) throws IOException {
        long granted = ids.grantedBelow();
        if (granted - ids.peek() >= IDS_LEFT_AT_LEAST || granted == SessionIds.LIMIT || sync.hasFailed()) {
            return;
        }
        long below = Math.min(granted + IDS_AT_ONCE, SessionIds.LIMIT);
        writer.write(new SessionIdsReserved(below), now);
        if (sync.now()) {
            ids.grant(below);
        }
    }
}
