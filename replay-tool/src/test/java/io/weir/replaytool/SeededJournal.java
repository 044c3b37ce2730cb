package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.RecordChain;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes events with the real appender, at times and in records that the test chose, and remembers them with their sequences. A
 * checkpoint is written where {@link #CHECKPOINT} stands, a seal where {@link #SEAL} does.
 */
final class SeededJournal {
    /** Stands for a checkpoint of the state so far. */
    static final LedgerEvent CHECKPOINT = new CheckpointEnded(0);

    /** Stands for a seal over what came since the last one. */
    static final LedgerEvent SEAL = new CheckpointEnded(-1);

    /** An event to write; deltas are {@link BytesTransferred}. */
    record Step(long atMillis, LedgerEvent event) {}

    /** An event that was written. */
    record Entry(long sequence, long atMillis, LedgerEvent event) {}

    private static final long HOUR_MILLIS = 3_600_000;

    private final List<Entry> entries = new ArrayList<>();
    private final LedgerFold fold = new LedgerFold();
    private final RecordEncoder record = new RecordEncoder();
    private final Counts delta = new Counts();
    private final ChronicleJournal journal;
    private final RecordChain chain = new RecordChain();
    private final @Nullable SealKey key;
    private @Nullable CheckpointHint hint;
    private long clockMillis;

    private SeededJournal(JournalLock lock, @Nullable SealKey key) {
        this.key = key;
        chain.begin(1);
        journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> clockMillis);
    }

    /** Writes a journal into {@code DATA/journal}; answers what it holds. */
    static List<Entry> write(Path data, List<Step> steps) {
        return write(data, steps, null);
    }

    /** As {@link #write}, with seals of the key in {@code DATA/seal}. */
    static List<Entry> writeSealed(Path data, List<Step> steps) {
        return write(data, steps, SealKey.loadOrCreate(data.resolve("seal")));
    }

    /**
     * Sealed as a node does it: each file but the first begins with a seal and has a checkpoint after its first event, there is a seal
     * behind each checkpoint and at the end, and the folder says where the last checkpoint is.
     */
    static List<Entry> writeHours(Path data, List<Step> steps) {
        List<Step> sealed = new ArrayList<>();
        long latest = steps.get(0).atMillis;
        for (Step step : steps) {
            boolean turns = step.atMillis / HOUR_MILLIS > latest / HOUR_MILLIS;
            latest = Math.max(latest, step.atMillis);
            if (turns) {
                sealed.add(new Step(step.atMillis, SEAL));
            }
            sealed.add(step);
            if (turns && !step.event.equals(CHECKPOINT)) {
                sealed.add(new Step(step.atMillis, CHECKPOINT));
            }
            if (turns || step.event.equals(CHECKPOINT)) {
                sealed.add(new Step(step.atMillis, SEAL));
            }
        }
        sealed.add(new Step(latest, SEAL));
        return writeSealed(data, sealed);
    }

    private static List<Entry> write(Path data, List<Step> steps, @Nullable SealKey key) {
        try (JournalLock lock = JournalLock.acquire(TestLedger.journal(data))) {
            SeededJournal written = new SeededJournal(lock, key);
            for (Step step : steps) {
                written.append(step);
            }
            CheckpointHint hint = written.hint;
            if (hint != null && key != null) {
                hint.write(TestLedger.journal(data));
            }
            written.journal.close();
            return written.entries;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void append(Step step) throws IOException {
        clockMillis = Math.max(clockMillis, step.atMillis);
        SealKey sealing = key;
        if (step.event.equals(SEAL) && sealing != null) {
            record.begin(fold.sequence() + 1, step.atMillis);
            Seal seal = sealing.seal(chain, fold.nodeId(), fold.boot(), step.atMillis);
            add(step.atMillis, seal);
            chain.sealed(seal);
            append(journal, record, fold, chain);
        } else if (step.event.equals(CHECKPOINT)) {
            appendCheckpoint(journal, record, fold, step.atMillis, chain);
            hint = new CheckpointHint(journal.lastRecord(), "node"); // small enough for one record
            record.deliver(new EventSink() {
                @Override
                public void event(long sequence, long atMillis, LedgerEvent event) {
                    entries.add(new Entry(sequence, atMillis, event));
                }

                @Override
                public void transferred(long sequence, long atMillis, long sessionId, Counts moved) {
                    throw new AssertionError("a checkpoint has no deltas");
                }
            });
        } else {
            record.begin(fold.sequence() + 1, step.atMillis);
            add(step.atMillis, step.event);
            append(journal, record, fold, chain);
        }
    }

    /** Writes the state as a checkpoint, in records of which the caller may read the last again. */
    static void appendCheckpoint(ChronicleJournal journal, RecordEncoder record, LedgerFold fold, long atMillis)
            throws IOException {
        appendCheckpoint(journal, record, fold, atMillis, new RecordChain());
    }

    private static void appendCheckpoint(
            ChronicleJournal journal, RecordEncoder record, LedgerFold fold, long atMillis, RecordChain chain)
            throws IOException {
        long begin = fold.sequence() + 1;
        record.begin(begin, atMillis);
        boolean added = record.tryAdd(
                atMillis,
                new CheckpointBegun(
                        fold.boot(),
                        fold.idsReservedBelow(),
                        fold.sessionsOpened(),
                        fold.violationsRecorded(),
                        fold.totals(),
                        fold.openCount()));
        List<ConnectionInfo> open = new ArrayList<>();
        fold.forEachOpen(open::add);
        for (ConnectionInfo info : open) {
            if (!record.tryAdd(atMillis, stated(info))) {
                append(journal, record, fold, chain);
                record.begin(fold.sequence() + 1, atMillis);
                added &= record.tryAdd(atMillis, stated(info));
            }
        }
        added &= record.tryAdd(atMillis, new CheckpointEnded(begin));
        if (!added) {
            throw new AssertionError("a record is full");
        }
        append(journal, record, fold, chain);
    }

    private static CheckpointSession stated(ConnectionInfo info) {
        return new CheckpointSession(
                new SessionOpened(
                        info.id(),
                        info.parentId(),
                        info.protocol(),
                        info.method(),
                        info.host(),
                        info.url(),
                        info.remote(),
                        info.user()),
                info.openedAtMillis(),
                info.originAddress(),
                info.counts(),
                info.route());
    }

    private void add(long atMillis, LedgerEvent event) {
        boolean added = event instanceof BytesTransferred moved
                ? record.tryAddDelta(moved.sessionId(), counts(moved.delta()))
                : record.tryAdd(atMillis, event);
        if (!added) {
            throw new AssertionError("a record is full");
        }
        entries.add(new Entry(fold.sequence() + record.count(), atMillis, event));
    }

    private Counts counts(Tally tally) {
        delta.set(
                tally.up(),
                tally.down(),
                tally.overheadUp(),
                tally.overheadDown(),
                tally.originUp(),
                tally.originDown());
        return delta;
    }

    /** Writes a record and folds it. */
    static void append(ChronicleJournal journal, RecordEncoder record, LedgerFold fold) throws IOException {
        append(journal, record, fold, new RecordChain());
    }

    private static void append(ChronicleJournal journal, RecordEncoder record, LedgerFold fold, RecordChain chain)
            throws IOException {
        record.finish();
        journal.append(record.firstSequence(), record.bytes(), record.offset(), record.length());
        chain.record(record.lastSequence(), record.bytes(), record.offset(), record.length());
        record.deliver(fold);
    }
}
