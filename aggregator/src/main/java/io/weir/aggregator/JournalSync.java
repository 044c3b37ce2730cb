package io.weir.aggregator;

import java.io.IOException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the journal outlive the machine. Consumer thread.
 *
 * <p>A failed sync is final for this boot: the system may have dropped the pages that it could not write, and a later
 * sync would succeed without them. Writing goes on, since it still outlives this process, but nothing more is called
 * synced and no session begins until the node is started again and has read what is really there.
 */
final class JournalSync {
    private static final Logger LOG = LoggerFactory.getLogger(JournalSync.class);

    private final AggregatorConfig config;
    private final LedgerWriter writer;
    private final HealthBoard health;
    private final LedgerCondition condition;
    private final LongSupplier clockMillis;
    private long syncedAtNanos = System.nanoTime();
    private boolean failed;

    JournalSync(
            AggregatorConfig config,
            LedgerWriter writer,
            HealthBoard health,
            LedgerCondition condition,
            LongSupplier clockMillis) {
        this.config = config;
        this.writer = writer;
        this.health = health;
        this.condition = condition;
        this.clockMillis = clockMillis;
    }

    /** Whether nothing more is called synced. */
    boolean hasFailed() {
        return failed;
    }

    /** Syncs if it is time for it and there is something. */
    void ifDue(long nowNanos) {
        boolean isDue = nowNanos - syncedAtNanos >= config.syncInterval().toNanos();
        if (isDue && !writer.isSynced()) {
            syncedAtNanos = nowNanos;
            now();
        }
    }

    /** Syncs. Answers whether what was written is safe. */
    boolean now() {
        if (failed) {
            return false;
        }
        try {
            writer.sync();
            health.synced(writer.syncedSequence(), clockMillis.getAsLong());
            return true;
        } catch (IOException e) {
            failed = true;
            condition.is(JournalState.FAILED, "sync failed, start the node again: " + e.getMessage());
            LOG.error(
                    "journal sync failed, nothing more is called synced folder={} syncedSequence={}",
                    config.journalFolder(),
                    writer.syncedSequence(),
                    e);
            return false;
        }
    }
}
