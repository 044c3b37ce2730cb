package io.weir.aggregator;

import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.Journal;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Journals events, then folds them, then shows the exchanges among them: nothing is in the fold or shown that is not in the
 * journal. Numbers the events. One thread.
 *
 * <p>After a failed append its record is in doubt: nobody knows whether the journal has it. Until {@link #resolve} has
 * looked, nothing else may be written.
 */
final class LedgerWriter {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerWriter.class);

    private final Journal journal;
    private final Path folder;
    private final LedgerFold fold;
    private final EventSink journaled;
    private final Sealer sealer;
    private final RecordEncoder record = new RecordEncoder();
    private final EventBatch single = new EventBatch();
    private boolean isInDoubt;
    private boolean isRepeatable; // what is being written can be made anew, and later: a checkpoint or a seal
    private long syncedSequence;
    private @Nullable JournalPosition checkpoint;
    private long checkpointSequence;
    private String checkpointFile; // or a file that needs none

    /**
     * Begins at the journal's end.
     *
     * @param lastFile the file that the journal ends in; empty for a new journal
     */
    LedgerWriter(
            Journal journal, Path folder, LedgerFold fold, RecentExchanges exchanges, Sealer sealer, String lastFile) {
        this.journal = journal;
        this.folder = folder;
        this.fold = fold;
        this.journaled = new FoldThenShow(fold, exchanges);
        this.sealer = sealer;
        this.checkpointSequence = fold.sequence();
        this.checkpointFile = lastFile;
    }

    /** Journals and folds all of the batch, then what the fold found wrong with it. What is written leaves the batch. */
    void write(EventBatch batch, long atMillis) throws IOException {
        int from = 0;
        try {
            while (from < batch.size()) {
                sealBeforeNewFile(atMillis);
                record.begin(fold.sequence() + 1, atMillis);
                from = batch.encode(from, record);
                appendRecord();
            }
        } finally {
            if (from == batch.size()) {
                batch.clear();
            } else {
                batch.dropFirst(from);
            }
        }
        writeViolations(atMillis);
    }

    /** Journals and folds one event. */
    void write(LedgerEvent event, long atMillis) throws IOException {
        single.add(atMillis, event);
        write(single, atMillis);
    }

    private void writeViolations(long atMillis) throws IOException {
        ConservationViolated violation;
        while ((violation = fold.firstUnrecordedViolation()) != null) {
            long before = fold.violations();
            LOG.error(
                    "conservation violated session={} what=\"{}\" expected={} found={}",
                    violation.sessionId(),
                    violation.what(),
                    violation.expected(),
                    violation.found());
            record.begin(fold.sequence() + 1, atMillis);
            record.tryAdd(atMillis, violation);
            appendRecord();
            if (fold.violations() != before) { // it would be found and recorded for ever
                throw new IllegalStateException("recording does not settle " + violation);
            }
        }
    }

    private void appendRecord() throws IOException {
        record.finish();
        isInDoubt = true;
        journal.append(record.firstSequence(), record.bytes(), record.offset(), record.length());
        isInDoubt = false;
        if (checkpointFile.isEmpty()) {
            checkpointFile = journal.lastRecord().file(); // begins with the first event
        }
        takeIn();
    }

    private void takeIn() {
        sealer.appended(record);
        record.deliver(journaled);
    }

    /** A new file begins with the seal of those before it, so that it can be proved without them. */
    private void sealBeforeNewFile(long atMillis) throws IOException {
        if (sealer.isOn() && journal.isTurning()) {
            writeSeal(atMillis);
        }
    }

    /** Begins the chain of a journal that has none, behind everything that nobody has sealed. */
    void beginChain(long atMillis) throws IOException {
        if (sealer.isOn() && sealer.isWithoutChain()) {
            writeSeal(atMillis);
        }
    }

    /** Journals a seal of everything up to here, unless that is a seal. */
    void seal(long atMillis) throws IOException {
        if (isUnsealed()) {
            writeSeal(atMillis);
        }
    }

    private void writeSeal(long atMillis) throws IOException {
        isRepeatable = true;
        record.begin(fold.sequence() + 1, atMillis);
        record.tryAdd(atMillis, sealer.seal(fold, atMillis));
        appendRecord();
        isRepeatable = false;
    }

    /** Whether there are events after the last seal. */
    boolean isUnsealed() {
        return sealer.isOn() && sealer.sealSequence() != fold.sequence();
    }

    /** The last seal of this run; 0 before the first. Everything before it is sealed. */
    long sealSequence() {
        return sealer.sealSequence();
    }

    /**
     * After a failure: starts the journal over and settles the record in doubt. What the journal turns out to have is
     * folded, what it has not goes back to the front of the batch.
     */
    void resolve(EventBatch batch) throws IOException {
        long last = journal.reopen();
        if (!isInDoubt) {
            requireEnd(last, fold.sequence());
        } else if (last == record.lastSequence()) {
            takeIn();
        } else {
            requireEnd(last, fold.sequence());
            sealer.dropped();
            putBack(batch);
        }
        isInDoubt = false;
        isRepeatable = false;
    }

    private void putBack(EventBatch batch) {
        if (isRepeatable) {
            return; // a checkpoint that breaks off is worth nothing, nor is a seal of what is no longer the end
        }
        EventBatch restored = new EventBatch();
        record.deliver(restored);
        restored.addAll(batch);
        batch.clear();
        batch.addAll(restored);
    }

    private static void requireEnd(long found, long expected) {
        if (found != expected) {
            throw new IllegalStateException("the journal ends at sequence " + found + ", not at " + expected);
        }
    }

    /**
     * Journals the whole state, to start from, and its seal, from which the chain is known to whoever starts there. It becomes
     * the hint for recovery with the next sync.
     */
    void writeCheckpoint(long atMillis) throws IOException {
        sealBeforeNewFile(atMillis);
        isRepeatable = true;
        long beginSequence = fold.sequence() + 1;
        record.begin(beginSequence, atMillis);
        record.tryAdd(
                atMillis,
                new CheckpointBegun(
                        fold.boot(),
                        fold.idsReservedBelow(),
                        fold.sessionsOpened(),
                        fold.violationsRecorded(),
                        fold.totals(),
                        fold.openCount()));
        record.tryAdd(atMillis, fold.eventCounts().toCheckpoint());
        if (fold.config().version() > 0) {
            record.tryAdd(atMillis, fold.config()); // all three fit a record
        }
        List<ConnectionInfo> open = new ArrayList<>(fold.openCount());
        fold.forEachOpen(open::add);
        JournalPosition position = null;
        for (ConnectionInfo info : open) {
            if (!record.tryAdd(atMillis, toCheckpoint(info))) {
                position = appendPart(position);
                record.begin(fold.sequence() + 1, atMillis);
                record.tryAdd(atMillis, toCheckpoint(info));
            }
        }
        CheckpointEnded ended = new CheckpointEnded(beginSequence);
        if (!record.tryAdd(atMillis, ended)) {
            position = appendPart(position);
            record.begin(fold.sequence() + 1, atMillis);
            record.tryAdd(atMillis, ended);
        }
        position = appendPart(position);
        isRepeatable = false;
        seal(atMillis);
        checkpoint = position;
        checkpointSequence = fold.sequence();
        checkpointFile = position.file();
        writeViolations(atMillis);
    }

    private JournalPosition appendPart(@Nullable JournalPosition begin) throws IOException {
        appendRecord();
        return begin != null ? begin : journal.lastRecord();
    }

    private static CheckpointSession toCheckpoint(ConnectionInfo info) {
        SessionOpened opened = new SessionOpened(
                info.id(),
                info.parentId(),
                info.protocol(),
                info.method(),
                info.host(),
                info.url(),
                info.remote(),
                info.user());
        return new CheckpointSession(opened, info.openedAtMillis(), info.originAddress(), info.counts(), info.route());
    }

    /** Makes all that was written survive the end of the machine. */
    void sync() throws IOException {
        long upTo = fold.sequence();
        journal.sync();
        syncedSequence = upTo;
        writeHint();
    }

    private void writeHint() {
        JournalPosition position = checkpoint;
        if (position == null) {
            return;
        }
        checkpoint = null;
        try {
            new CheckpointHint(position, fold.nodeId().isEmpty() ? sealer.nodeId() : fold.nodeId()).write(folder);
        } catch (IOException e) {
            LOG.warn(
                    "checkpoint hint not written, the next start reads more folder={} cause=\"{}\"",
                    folder,
                    e.toString());
        }
    }

    boolean isSynced() {
        return syncedSequence == fold.sequence();
    }

    long syncedSequence() {
        return syncedSequence;
    }

    /**
     * Whether records go into a file that has no checkpoint and does not begin with the first event: it can't be read without
     * those before it.
     */
    boolean isInFileWithoutCheckpoint() {
        return !journal.lastRecord().file().equals(checkpointFile);
    }

    /** How many events were written since the last checkpoint. */
    long eventsSinceCheckpoint() {
        return fold.sequence() - checkpointSequence;
    }

    void close() throws IOException {
        journal.close();
    }
}
