package io.weir.aggregator;

import io.weir.eventbus.BusConsumer;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import io.weir.eventbus.RingSlot;
import io.weir.eventbus.SessionIds;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
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
 */
final class LiveLedger implements BusConsumer {
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
    private final LedgerCondition condition;
    private final JournalSync sync;
    private final LedgerUpkeep upkeep;
    private final BootRecord boot;
    private volatile boolean isClosing;
    private boolean isHolding;
    private boolean mustReopen;
    private String holdingCause = "";
    private long holdingSinceMillis;
    private long checkedAtNanos = System.nanoTime();

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
        condition = new LedgerCondition(bus, health);
        sync = new JournalSync(config, writer, health, condition, clockMillis);
        upkeep = new LedgerUpkeep(config, writer, fold, bus.sessionIds(), sync);
        boot = new BootRecord(writer, fold);
    }

    /** Begins a boot: what the last one left open is closed, ids are reserved, all of it synced. Before the bus runs. */
    void start(String nodeId, Recovery recovered) throws IOException {
        long now = clockMillis.getAsLong();
        long firstId = fold.firstFreeSessionId();
        long below = Math.min(firstId + LedgerUpkeep.IDS_AT_ONCE, SessionIds.LIMIT);
        boot.begin(nodeId, config.version(), recovered, firstId, below, now);
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
                quotas.look(now);
                upkeep.run(nowNanos, now);
            }
            if (!mustReopen) {
                sync.ifDue(nowNanos);
            }
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

    /**
     * Journals, seals and syncs that the journal is to be pruned. The future has the event's sequence, or fails; nobody may wait for
     * it on the consumer thread. Any thread, one at a time.
     */
    CompletableFuture<Long> prune(JournalPruned event) {
        CompletableFuture<Long> sequence = upkeep.prune(event);
        bus.wakeConsumer();
        return sequence;
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
        if (!sync.hasFailed()) {
            condition.is(JournalState.DEGRADED, cause);
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
        if (!sync.hasFailed()) {
            condition.is(JournalState.OK, "");
        }
        LOG.warn(
                "journal is written again folder={} sequence={} heldMillis={} carried={}",
                config.journalFolder(),
                fold.sequence(),
                now - holdingSinceMillis,
                gap.carried());
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
            boot.end(bus.sessionIds().peek(), now);
            sync.now();
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
        condition.is(JournalState.FAILED, "the aggregator failed, start the node again: " + failure);
        LOG.error("aggregator failed, totals no longer move sequence={}", fold.sequence(), failure);
    }
}
