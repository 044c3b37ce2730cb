package io.weir.aggregator;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.FirstRecord;
import io.weir.aggregator.journal.Journal;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live ledger of one node: recovers the journal, consumes the bus, hands out snapshots. Any thread.
 *
 * <p>Whoever opens it closes it, after the event loops have published everything they had.
 */
public final class Aggregator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Aggregator.class);
    private static final int NODE_ID_BYTES = 8;

    /** Opens the journal for appending, after recovery. */
    @FunctionalInterface
    interface JournalFactory {
        Journal open(JournalLock lock, JournalPosition end, LongSupplier clockMillis);
    }

    private final EventBus bus;
    private final AggregatorConfig config;
    private final JournalLock lock;
    private final LedgerWriter writer;
    private final LiveLedger ledger;
    private final QuotaWatch quotas;
    private final SnapshotDesk desk;
    private final HealthBoard health;
    private final RecentExchanges exchanges;
    private final Retention retention;
    private final String nodeId;
    private final long boot;
    private final long recoveredSequence;
    private final long recoveryMillis;
    private final long countingSinceMillis;
    private final CheckpointConfig recoveredConfig;
    private boolean isClosed;

    private Aggregator(
            EventBus bus,
            AggregatorConfig config,
            JournalLock lock,
            LedgerWriter writer,
            LiveLedger ledger,
            QuotaWatch quotas,
            SnapshotDesk desk,
            HealthBoard health,
            RecentExchanges exchanges,
            Retention retention,
            String nodeId,
            long boot,
            long recoveredSequence,
            long recoveryMillis,
            long countingSinceMillis,
            CheckpointConfig recoveredConfig) {
        this.bus = bus;
        this.config = config;
        this.lock = lock;
        this.writer = writer;
        this.ledger = ledger;
        this.quotas = quotas;
        this.desk = desk;
        this.health = health;
        this.exchanges = exchanges;
        this.retention = retention;
        this.nodeId = nodeId;
        this.boot = boot;
        this.recoveredSequence = recoveredSequence;
        this.recoveryMillis = recoveryMillis;
        this.countingSinceMillis = countingSinceMillis;
        this.recoveredConfig = recoveredConfig;
    }

    /** Does what {@link #open} needs and no configuration decides, so that it can be done early. Any thread. */
    public static void prepare() {
        ChronicleJournal.prepare();
    }

    /**
     * Takes the journal's lock, recovers its state, records the start and begins to consume the bus.
     *
     * @throws JournalException if the journal is somebody else's, damaged, of a later version, or can't be written
     */
    public static Aggregator open(EventBus bus, AggregatorConfig config) {
        return open(bus, config, QuotaPolicy.NONE);
    }

    /** The same, with quotas, which hold from the beginning. */
    public static Aggregator open(EventBus bus, AggregatorConfig config, QuotaPolicy quotas) {
        return open(bus, config, quotas, ChronicleJournal::open, System::currentTimeMillis, freeSpaceOf(config));
    }

    static Aggregator open(
            EventBus bus,
            AggregatorConfig config,
            JournalFactory journals,
            LongSupplier clockMillis,
            LongSupplier freeSpaceBytes) {
        return open(bus, config, QuotaPolicy.NONE, journals, clockMillis, freeSpaceBytes);
    }

    static Aggregator open(
            EventBus bus,
            AggregatorConfig config,
            QuotaPolicy quotas,
            JournalFactory journals,
            LongSupplier clockMillis,
            LongSupplier freeSpaceBytes) {
        JournalLock lock = JournalLock.acquire(config.journalFolder());
        try {
            return open(bus, config, quotas, lock, journals, clockMillis, freeSpaceBytes);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static Aggregator open(
            EventBus bus,
            AggregatorConfig config,
            QuotaPolicy quotas,
            JournalLock lock,
            JournalFactory journals,
            LongSupplier clockMillis,
            LongSupplier freeSpaceBytes) {
        long begun = System.nanoTime();
        long freeBytes = freeSpaceBytes.getAsLong();
        requireSpace(config, freeBytes);
        Path sealFolder = config.sealFolder();
        SealKey key = sealFolder == null ? null : SealKey.loadOrCreate(sealFolder);
        Recovery recovered = Recovery.of(lock.folder());
        long recoveryMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
        LedgerFold fold = recovered.fold();
        String nodeId = recovered.nodeId().isEmpty() ? newNodeId() : recovered.nodeId();
        if (!recovered.damage().isEmpty()) {
            LOG.error(
                    "the journal's end is damaged, what it said is lost; a copy is kept fault=\"{}\" copy={}",
                    recovered.damage(),
                    ChronicleJournal.saveDamage(lock, recovered.end()));
        }
        Journal journal = journals.open(lock, recovered.end(), clockMillis);
        try {
            RecentExchanges exchanges = recovered.exchanges();
            LedgerWriter writer = new LedgerWriter(
                    journal,
                    lock.folder(),
                    fold,
                    exchanges,
                    Sealer.of(recovered.chain(), key, nodeId),
                    recovered.end().file());
            HealthBoard health = new HealthBoard();
            SnapshotDesk desk = new SnapshotDesk(
                    fold.snapshot(clockMillis.getAsLong()), config.tick().toNanos(), System.nanoTime());
            QuotaWatch quotaWatch = new QuotaWatch(fold, writer, bus.quotas(), quotas);
            LiveLedger ledger =
                    new LiveLedger(bus, config, writer, fold, desk, health, quotaWatch, clockMillis, freeSpaceBytes);
            health.freeBytes(freeBytes);
            long recoveredSequence = fold.sequence();
            ledger.start(nodeId, recovered);
            long boot = fold.boot();
            CheckpointConfig recoveredConfig = fold.config();
            long countingSinceMillis = FirstRecord.millis(lock.folder());
            LOG.info(
                    "journal open folder={} node={} boot={} sequence={} eventsRead={} recoveryMillis={}",
                    lock.folder(),
                    nodeId,
                    boot,
                    fold.sequence(),
                    recovered.events(),
                    recoveryMillis);
            bus.start(ledger); // from here on the consumer thread owns fold, writer and journal
            Retention retention =
                    new Retention(lock.folder(), config.retention(), key != null, clockMillis, ledger::prune);
            retention.start();
            return new Aggregator(
                    bus,
                    config,
                    lock,
                    writer,
                    ledger,
                    quotaWatch,
                    desk,
                    health,
                    exchanges,
                    retention,
                    nodeId,
                    boot,
                    recoveredSequence,
                    recoveryMillis,
                    countingSinceMillis,
                    recoveredConfig);
        } catch (IOException e) {
            closeAfter(e, journal);
            throw new JournalException(
                    FaultKind.UNWRITABLE, "journal " + lock.folder() + ": can't be written: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            closeAfter(e, journal);
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, Journal journal) {
        try {
            journal.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    private static void requireSpace(AggregatorConfig config, long freeBytes) {
        if (freeBytes < config.freeSpaceFloorBytes()) {
            throw new JournalException(
                    FaultKind.UNWRITABLE,
                    "journal " + config.journalFolder() + ": its disk has " + freeBytes
                            + " bytes free, less than the floor of " + config.freeSpaceFloorBytes()
                            + "; make room or lower the floor");
        }
    }

    private static LongSupplier freeSpaceOf(AggregatorConfig config) {
        try {
            return new FreeSpace(AggregatorConfig.storeOf(config.journalFolder()));
        } catch (IOException e) {
            throw new UncheckedIOException("journal " + config.journalFolder() + ": can't find its disk", e);
        }
    }

    private static String newNodeId() {
        byte[] random = new byte[NODE_ID_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** The newest snapshot that was taken; at first the state that was recovered. */
    public Snapshot latest() {
        return desk.latest();
    }

    /**
     * Asks for a snapshot that is taken after this call and has everything that was published before it, unless the
     * journal can't be written. The reader is called once, on the consumer thread, within a tick or two; it must be
     * quick. After {@link #close} nobody is called.
     */
    public void requestSnapshot(Consumer<Snapshot> reader) {
        desk.request(reader, bus.published());
        bus.wakeConsumer();
    }

    /**
     * Has users' quotas changed, within a tick of when the configuration that has them is journaled.
     *
     * @param version of that configuration; 0 if they are to hold at once
     */
    public void quotas(QuotaPolicy policy, long version) {
        quotas.policy(policy, version);
        bus.wakeConsumer();
    }

    /**
     * Asks what users have used, as far as it is journaled. The reader is called once, on the consumer thread, within a tick; it must be quick. After {@link
     * #close} nobody is called.
     */
    public void requestUsage(Consumer<UsageReport> reader) {
        ledger.usageDesk().request(reader);
        bus.wakeConsumer();
    }

    /**
     * The same of at most 200 users by name, those that first came since the node was started, and of all others together as {@code other}; with what they have done since
     * then.
     */
    public void requestUserFigures(Consumer<UsageReport> reader) {
        ledger.usageDesk().requestFigures(reader);
        bus.wakeConsumer();
    }

    /** The exchanges that were journaled last: since this node started, and before that as far as recovery read. */
    public RecentExchanges exchanges() {
        return exchanges;
    }

    Retention retention() {
        return retention;
    }

    /** The configuration that was in force when the node ended last; version 0 if none was recorded. */
    public CheckpointConfig recoveredConfig() {
        return recoveredConfig;
    }

    /** How the ledger is doing now. */
    public LedgerHealth health() {
        HealthBoard.Condition condition = health.condition();
        return new LedgerHealth(
                health.sequence(),
                health.syncedSequence(),
                condition.state(),
                condition.reason(),
                health.violations(),
                bus.backlog(),
                bus.slots(),
                bus.counters().merges(),
                bus.counters().waits(),
                config.journalFolder(),
                nodeId,
                boot,
                recoveredSequence,
                recoveryMillis,
                health.syncedAtMillis(),
                countingSinceMillis,
                health.sealedSequence(),
                health.freeBytes());
    }

    /** How long the oldest event waits that is not journaled, half a second too long at most; 0 if none does. Any thread. */
    public long lagNanos() {
        return health.lagNanos(bus.backlog() > 0);
    }

    /** What was free on the journal's disk when it was looked at last. Any thread. */
    public long freeBytes() {
        return health.freeBytes();
    }

    /** Free space below which nothing is journaled. */
    public long freeSpaceFloorBytes() {
        return config.freeSpaceFloorBytes();
    }

    /**
     * Announces the end, before the publishers end: from now on a journal that can't be written keeps the ring from
     * filling up no longer, so that they can publish the last of what they have. Any thread.
     */
    public void prepareToClose() {
        ledger.closing();
    }

    /**
     * Takes what was published, records the stop, syncs and gives the journal back. The publishers must have ended; a
     * session that is still open is closed with reason {@code NODE_STOPPED}.
     */
    @Override
    public synchronized void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        retention.close();
        ledger.closing();
        bus.close();
        try {
            writer.close();
        } catch (IOException e) {
            LOG.error("journal not closed in order folder={}", config.journalFolder(), e);
        }
        lock.close();
        LOG.info("journal closed folder={} sequence={}", config.journalFolder(), health.sequence());
    }
}
