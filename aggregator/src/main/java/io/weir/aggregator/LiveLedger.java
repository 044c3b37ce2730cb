package io.weir.aggregator;

import io.weir.aggregator.HealthBoard.Condition;
import io.weir.eventbus.BusConsumer;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.RingSlot;
import io.weir.eventbus.SessionIds;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the event loops publish: journals a batch, folds it, then shows it. Consumer thread, after {@link #start}
 * ran on the thread that opens.
 *
 * <p>While the journal can't be written it keeps the events, deltas merged per session, refuses new sessions, and tries
 * again. Snapshots stay at what was journaled. When as many events are held as configured it stops taking slots: the
 * ring fills, and the sessions keep their deltas. When writing works again a gap is journaled first, then what was held.
 *
 * <p>A failed sync is final for this boot: the system may have dropped the pages that it could not write, and a later
 * sync would succeed without them. Writing goes on, since it still outlives this process, but nothing more is called
 * synced and no session begins until the node is started again and has read what is really there.
 */
final class LiveLedger implements BusConsumer {
    static final long IDS_AT_ONCE = 1L << 24;
    static final long IDS_LEFT_AT_LEAST = 1L << 23;
    static final long LONG_TAIL_EVENTS = 100_000;

    private static final Logger LOG = LoggerFactory.getLogger(LiveLedger.class);
    private static final long HELD_WAIT_NANOS = 5_000_000L;

    private final EventBus bus;
    private final AggregatorConfig config;
    private final LedgerWriter writer;
    private final LedgerFold fold;
    private final SnapshotDesk desk;
    private final UsageDesk usageDesk = new UsageDesk();
    private final HealthBoard health;
    private final QuotaWatch quotas;
    private final LongSupplier clockMillis;
    private final LongSupplier freeSpaceBytes;
    private final EventBatch batch = new EventBatch();
    private final AtomicReference<@Nullable PruneRequest> pruneRequest = new AtomicReference<>();
    private volatile boolean isClosing;
    private boolean isHolding;
    private boolean mustReopen;
    private boolean syncFailed;
    private String holdingCause = "";
    private long holdingSinceMillis;
    private long syncedAtNanos;
    private long checkedAtNanos;
    private long checkpointAtNanos;
    private long sealedAtNanos;

    LiveLedger(
            EventBus bus,
            AggregatorConfig config,
            LedgerWriter writer,
            LedgerFold fold,
            SnapshotDesk desk,
            HealthBoard health,
            QuotaWatch quotas,
            LongSupplier clockMillis,
            LongSupplier freeSpaceBytes) {
        this.bus = bus;
        this.config = config;
        this.writer = writer;
        this.fold = fold;
        this.desk = desk;
        this.health = health;
        this.quotas = quotas;
        this.clockMillis = clockMillis;
        this.freeSpaceBytes = freeSpaceBytes;
        this.syncedAtNanos = System.nanoTime();
        this.checkedAtNanos = syncedAtNanos;
        this.checkpointAtNanos = syncedAtNanos;
        this.sealedAtNanos = syncedAtNanos;
    }

    /** Begins a boot: what the last one left open is closed, ids are reserved, all of it synced. Before the bus runs. */
    void start(String nodeId, Recovery recovered) throws IOException {
        long now = clockMillis.getAsLong();
        long lastMillis = fold.atMillis();
        long firstId = fold.firstFreeSessionId();
        long below = Math.min(firstId + IDS_AT_ONCE, SessionIds.LIMIT);
        writer.beginChain(now);
        writer.write(new NodeStarted(nodeId, fold.boot() + 1, config.version(), firstId, below), now);
        if (!recovered.damage().isEmpty()) {
            writer.write(new JournalGap(lastMillis, now, recovered.damage(), Tally.ZERO), now);
        }
        int crashed = fold.openCount();
        closeAllOpen(CloseReason.NODE_CRASHED, now);
        if (crashed > 0) {
            LOG.warn("sessions ended with the node before this start sessions={} boot={}", crashed, fold.boot());
        }
        fold.usages().beginCounts();
        if (recovered.events() > LONG_TAIL_EVENTS) {
            writer.writeCheckpoint(now);
        }
        quotas.look(now); // before anybody is served
        writer.seal(now);
        writer.sync();
        health.folded(fold);
        health.sealed(writer.sealSequence());
        health.synced(writer.syncedSequence(), clockMillis.getAsLong());
        health.worked(false);
        bus.sessionIds().startAt(firstId);
        bus.sessionIds().grant(below);
        desk.publish(fold, now, System.nanoTime(), bus.taken());
    }

    private void closeAllOpen(CloseReason reason, long now) throws IOException {
        List<ConnectionInfo> open = new ArrayList<>(fold.openCount());
        fold.forEachOpen(open::add);
        Collections.reverse(open); // the exchanges of a tunnel were opened after it and are closed before it
        EventBatch closes = new EventBatch();
        for (ConnectionInfo info : open) {
            closes.add(now, new SessionClosed(info.id(), reason, 0, info.counts()));
        }
        writer.write(closes, now);
    }

    @Override
    public void onSlot(RingSlot slot, boolean endOfBatch) {
        batch.add(slot);
        if (endOfBatch) {
            work();
            waitWhileFull();
        }
    }

    @Override
    public void onIdle() {
        work();
        if (desk.isWanted(reached())) { // its tick has not come: look again in a moment
            LockSupport.parkNanos(Math.min(desk.nanosToTick(System.nanoTime()), 1_000_000L));
            bus.wakeConsumer();
        }
    }

    private void work() {
        long nowNanos = System.nanoTime();
        long now = clockMillis.getAsLong();
        usageDesk.beginRound();
        try {
            checkSpace(nowNanos);
            if (isHolding) {
                tryResume(nowNanos, now);
            } else {
                writer.write(batch, now);
                keepHouse(nowNanos, now);
            }
            syncIfDue(nowNanos);
        } catch (IOException e) {
            mustReopen = true;
            hold(String.valueOf(e.getMessage()), e);
        }
        health.folded(fold);
        health.sealed(writer.sealSequence());
        health.worked(isHolding);
        serve(nowNanos, now);
        usageDesk.serve(fold, quotas.policy(), now);
    }

    /** Who asks what users have used. */
    UsageDesk usageDesk() {
        return usageDesk;
    }

    private void serve(long nowNanos, long now) {
        if (desk.isWanted(reached()) && desk.nanosToTick(nowNanos) <= 0) {
            desk.publish(fold, now, nowNanos, reached());
        }
    }

    /** Up to where in the ring a snapshot shows all that it can. While the journal is not written nothing is added. */
    private long reached() {
        return isHolding ? Long.MAX_VALUE : bus.taken();
    }

    private void keepHouse(long nowNanos, long now) throws IOException {
        quotas.look(now);
        reserveIds(now);
        boolean checkpointDue = writer.isInFileWithoutCheckpoint()
                || writer.eventsSinceCheckpoint() >= config.checkpointEvents()
                || (writer.eventsSinceCheckpoint() > 0
                        && nowNanos - checkpointAtNanos
                                >= config.checkpointInterval().toNanos());
        if (checkpointDue) {
            writer.writeCheckpoint(now);
            checkpointAtNanos = nowNanos;
        }
        sealIfDue(nowNanos, now);
        PruneRequest request = pruneRequest.getAndSet(null);
        if (request != null) {
            prune(request, now);
        }
    }

    /** What is to be in the journal, and who waits for it. */
    private record PruneRequest(JournalPruned event, CompletableFuture<Long> sequence) {}

    /**
     * Journals, seals and syncs that the journal is to be pruned. The future has the event's sequence, or fails; nobody may wait for
     * it on the consumer thread. Any thread, one at a time.
     */
    CompletableFuture<Long> prune(JournalPruned event) {
        PruneRequest request = new PruneRequest(event, new CompletableFuture<>());
        pruneRequest.set(request);
        bus.wakeConsumer();
        return request.sequence();
    }

    private void prune(PruneRequest request, long now) throws IOException {
        try {
            writer.write(request.event(), now);
            long sequence = fold.sequence();
            writer.seal(now);
            if (sync()) {
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

    private void syncIfDue(long nowNanos) {
        boolean isDue = nowNanos - syncedAtNanos >= config.syncInterval().toNanos();
        if (isDue && !mustReopen && !writer.isSynced()) {
            syncedAtNanos = nowNanos;
            sync();
        }
    }

    private void reserveIds(long now) throws IOException {
        SessionIds ids = bus.sessionIds();
        long granted = ids.grantedBelow();
        if (granted - ids.peek() >= IDS_LEFT_AT_LEAST || granted == SessionIds.LIMIT || syncFailed) {
            return;
        }
        long below = Math.min(granted + IDS_AT_ONCE, SessionIds.LIMIT);
        writer.write(new SessionIdsReserved(below), now);
        if (sync()) {
            ids.grant(below);
        }
    }

    private boolean sync() {
        if (syncFailed) {
            return false;
        }
        try {
            writer.sync();
            health.synced(writer.syncedSequence(), clockMillis.getAsLong());
            return true;
        } catch (IOException e) {
            syncFailed = true;
            String reason = "sync failed, start the node again: " + e.getMessage();
            condition(JournalState.FAILED, reason);
            LOG.error(
                    "journal sync failed, nothing more is called synced folder={} syncedSequence={}",
                    config.journalFolder(),
                    writer.syncedSequence(),
                    e);
            return false;
        }
    }

    private void checkSpace(long nowNanos) {
        if (nowNanos - checkedAtNanos < config.retryInterval().toNanos() || isHolding) {
            return;
        }
        checkedAtNanos = nowNanos;
        long free = freeBytes();
        if (free < config.freeSpaceFloorBytes()) {
            hold("free space of " + free + " bytes is below the floor of " + config.freeSpaceFloorBytes(), null);
        }
    }

    private long freeBytes() {
        long free = freeSpaceBytes.getAsLong();
        health.freeBytes(free);
        return free;
    }

    private void hold(String cause, @Nullable Throwable failure) {
        checkedAtNanos = System.nanoTime();
        if (isHolding) {
            return;
        }
        isHolding = true;
        holdingCause = cause;
        holdingSinceMillis = clockMillis.getAsLong();
        if (!syncFailed) {
            condition(JournalState.DEGRADED, cause);
        }
        LOG.error(
                "journal can't be written, new sessions are refused folder={} sequence={} cause=\"{}\"",
                config.journalFolder(),
                fold.sequence(),
                cause,
                failure);
    }

    private void tryResume(long nowNanos, long now) throws IOException {
        if (nowNanos - checkedAtNanos < config.retryInterval().toNanos() && !isClosing) {
            return;
        }
        checkedAtNanos = nowNanos;
        if (freeBytes() < config.freeSpaceFloorBytes()) {
            return;
        }
        if (mustReopen) {
            writer.resolve(batch);
            mustReopen = false;
        }
        JournalGap gap = new JournalGap(holdingSinceMillis, now, holdingCause, batch.carried(fold));
        writer.write(gap, now);
        writer.write(batch, now);
        isHolding = false;
        if (!syncFailed) {
            condition(JournalState.OK, "");
        }
        LOG.warn(
                "journal is written again folder={} sequence={} heldMillis={} carried={}",
                config.journalFolder(),
                fold.sequence(),
                now - holdingSinceMillis,
                gap.carried());
    }

    private void condition(JournalState state, String reason) {
        health.condition(new Condition(state, reason));
        if (state == JournalState.OK) {
            bus.admission().admit();
        } else {
            bus.admission().refuse("the journal can't be written: " + reason);
        }
    }

    private void waitWhileFull() {
        while (isHolding && batch.weight() >= config.heldEvents() && !isClosing) {
            LockSupport.parkNanos(HELD_WAIT_NANOS);
            work();
        }
    }

    /** From now on a journal that can't be written holds nothing up. Any thread. */
    void closing() {
        isClosing = true;
    }

    @Override
    public void onStop() {
        work();
        long now = clockMillis.getAsLong();
        if (isHolding) {
            LOG.error(
                    "stopped while the journal can't be written, these bytes are not in it carried={} cause=\"{}\"",
                    batch.carried(fold),
                    holdingCause);
            return;
        }
        try {
            if (fold.openCount() > 0) {
                LOG.warn("sessions were left open at the stop sessions={}", fold.openCount());
                closeAllOpen(CloseReason.NODE_STOPPED, now);
            }
            writer.writeCheckpoint(now);
            writer.write(new NodeStopped(bus.sessionIds().peek()), now);
            writer.seal(now);
            sync();
        } catch (IOException e) {
            LOG.error("the stop could not be journaled sequence={}", fold.sequence(), e);
        }
        health.folded(fold);
        health.sealed(writer.sealSequence());
        desk.publish(fold, now, System.nanoTime(), Long.MAX_VALUE);
    }

    @Override
    public void onFailure(Throwable failure) {
        bus.admission().refuse("the aggregator failed, start the node again"); // first, as it needs no memory
        condition(JournalState.FAILED, "the aggregator failed, start the node again: " + failure);
        LOG.error("aggregator failed, totals no longer move sequence={}", fold.sequence(), failure);
    }
}
