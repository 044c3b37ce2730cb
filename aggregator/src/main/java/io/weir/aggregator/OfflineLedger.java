package io.weir.aggregator;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Adds events to a journal that no node writes: what care of it has to record. One thread; holds the journal's lock until it is closed.
 */
public final class OfflineLedger implements AutoCloseable {
    private final JournalLock lock;
    private final LedgerFold fold;
    private final LedgerWriter writer;
    private final LongSupplier clockMillis;
    private final boolean hasSeals;

    private OfflineLedger(
            JournalLock lock, LedgerFold fold, LedgerWriter writer, LongSupplier clockMillis, boolean hasSeals) {
        this.hasSeals = hasSeals;
        this.lock = lock;
        this.fold = fold;
        this.writer = writer;
        this.clockMillis = clockMillis;
    }

    /**
     * Opens a journal that is whole.
     *
     * @param key what seals it; null: it is not sealed
     * @throws JournalException if somebody writes it, it is damaged, or it can't be written
     */
    public static OfflineLedger open(Path journalFolder, @Nullable SealKey key, LongSupplier clockMillis) {
        JournalLock lock = JournalLock.acquire(journalFolder);
        try {
            Recovery recovered = Recovery.of(journalFolder);
            if (!recovered.damage().isEmpty()) {
                throw new JournalException(
                        FaultKind.CORRUPT_RECORD,
                        "journal " + journalFolder + ": " + recovered.damage()
                                + ". Start the node once, which keeps a copy of the damage and goes on, or repair the journal");
            }
            LedgerFold fold = recovered.fold();
            LedgerWriter writer = new LedgerWriter(
                    ChronicleJournal.open(lock, recovered.end(), clockMillis),
                    journalFolder,
                    fold,
                    recovered.exchanges(),
                    Sealer.of(recovered.chain(), key, recovered.nodeId()),
                    recovered.end().file());
            boolean hasSeals =
                    recovered.chain().isKnown() && !recovered.chain().previous().equals(RecordChain.NO_DIGEST);
            return new OfflineLedger(lock, fold, writer, clockMillis, hasSeals);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /** Whether the journal is sealed, as far as it was read. */
    public boolean hasSeals() {
        return hasSeals;
    }

    /** The state, to be read. */
    public LedgerFold fold() {
        return fold;
    }

    /** Journals an event. */
    public void record(LedgerEvent event) throws IOException {
        writer.write(event, clockMillis.getAsLong());
    }

    /** Journals the whole state, to start from. */
    public void checkpoint() throws IOException {
        writer.writeCheckpoint(clockMillis.getAsLong());
    }

    /** Seals all that was recorded, if there is a key, and puts it on the disk. */
    public void finish() throws IOException {
        long now = clockMillis.getAsLong();
        writer.beginChain(now);
        writer.seal(now);
        writer.sync();
    }

    @Override
    public void close() throws IOException {
        try {
            writer.close();
        } finally {
            lock.close();
        }
    }
}
