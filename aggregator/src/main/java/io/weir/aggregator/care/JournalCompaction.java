package io.weir.aggregator.care;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.OfflineLedger;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Makes a smaller journal that says the same of every session: between two checkpoints a session's deltas become one, in the place of
 * the last of them; all else stays, each event with its sequence. The caller's thread, once; memory for some ten thousand events.
 *
 * <p>What is given up is when exactly bytes moved, within the time between two checkpoints. The seals were made over other records:
 * they are replaced by new ones, of the key of this install, at checkpoints, starts of files and stops. So anchors of before fit no longer.
 */
public final class JournalCompaction implements EventSink {
    private static final int WINDOW_EVENTS = 65_536;
    private static final int WINDOW_EXCHANGES = 2_048; // they are large

    /**
     * What came of it.
     *
     * @param before how many events there were
     * @param after how many are left
     * @param digest of the state, in either
     */
    public record Result(long before, long after, String digest) {}

    private final Path from;
    private final JournalReader reader;
    private final NewJournal journal;
    private final CompactedRecords records;
    private final @Nullable SealKey key;
    private final long beforeMillis;
    private final LedgerFold fold = new LedgerFold();
    private final DeltaWindow window = new DeltaWindow();
    private String nodeId;
    private long boot;
    private String file = "";
    private boolean isSealPoint;
    private int exchanges;
    private long kept;

    private JournalCompaction(
            Path from, JournalReader reader, NewJournal journal, @Nullable SealKey key, long beforeMillis) {
        this.from = from;
        this.reader = reader;
        this.journal = journal;
        this.records = new CompactedRecords(journal);
        this.key = key;
        this.beforeMillis = beforeMillis;
        this.nodeId = CheckpointHint.read(from).map(CheckpointHint::nodeId).orElse("");
    }

    /**
     * Compacts a journal that nobody writes and that is whole.
     *
     * @param to where the new journal is to be; a folder that is not there or holds none
     * @param key what seals it; null: nothing does
     * @param beforeMillis deltas from this time on stay as they are, in ms since the epoch
     * @throws JournalException if the journal is damaged or contradicts itself
     * @throws IOException if the new one can't be written; what was made of it is of no use
     */
    public static Result compact(Path from, Path to, @Nullable SealKey key, long beforeMillis, ReadProgress progress)
            throws IOException {
        NewJournal.requireNone(to);
        try (JournalReader reader = JournalReader.open(from)) {
            long first = firstSequence(from);
            JournalCompaction compaction;
            ReadOutcome outcome;
            try (NewJournal journal = NewJournal.create(to, from, first)) {
                compaction = new JournalCompaction(from, reader, journal, key, beforeMillis);
                outcome = compaction.copy(progress);
            }
            return compaction.compare(to, outcome);
        }
    }

    private static long firstSequence(Path from) {
        try (JournalReader reader = JournalReader.open(from)) {
            FirstEvent first = new FirstEvent();
            try {
                reader.read(first, ReadProgress.NONE);
            } catch (EnoughException e) {
                return first.sequence;
            }
        }
        throw new JournalException(FaultKind.NOT_A_JOURNAL, "journal " + from + ": holds no event");
    }

    private ReadOutcome copy(ReadProgress progress) throws IOException {
        try {
            ReadOutcome outcome = reader.read(this, progress);
            flush();
            if (!outcome.isClean()) {
                throw new JournalException(
                        outcome.faults().get(0).kind(),
                        outcome.faults().get(0) + ". Only a whole journal can be compacted");
            }
            records.end(outcome.lastSequence(), fold.atMillis());
            return outcome;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Result compare(Path to, ReadOutcome outcome) throws IOException {
        try (OfflineLedger made = OfflineLedger.open(to, key, System::currentTimeMillis)) {
            String digest = made.fold().digest();
            if (!digest.equals(fold.digest()) || fold.firstUnrecordedViolation() != null) {
                throw new JournalException(
                        FaultKind.CORRUPT_RECORD,
                        "journal " + from + ": contradicts itself, so that it can't be compacted; " + to
                                + " is of no use");
            }
            made.checkpoint();
            made.finish();
            return new Result(outcome.events(), kept, digest);
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        fold.transferred(sequence, atMillis, sessionId, delta);
        enterFile();
        isSealPoint = false;
        window.delta(sequence, atMillis, sessionId, delta, atMillis < beforeMillis);
        flushIfFull();
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        fold.event(sequence, atMillis, event);
        enterFile();
        if (event instanceof Seal) {
            seal(sequence, atMillis);
            return;
        }
        isSealPoint = event instanceof CheckpointEnded || event instanceof NodeStopped;
        if (event instanceof EventsOmitted omitted) {
            omitted(sequence, atMillis, omitted);
            return;
        }
        if (event instanceof NodeStarted node) {
            nodeId = node.nodeId();
            boot = node.boot();
        } else if (event instanceof CheckpointBegun checkpoint) {
            flush();
            boot = checkpoint.boot();
        } else if (event instanceof ExchangeCompleted) {
            exchanges++;
        }
        window.event(sequence, atMillis, event);
        flushIfFull();
    }

    private void enterFile() {
        JournalPosition place = reader.recordPosition();
        if (!place.file().equals(file)) {
            flush();
            file = place.file();
            try {
                journal.file(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            isSealPoint = true;
        }
    }

    private void flushIfFull() {
        if (window.size() >= WINDOW_EVENTS || exchanges >= WINDOW_EXCHANGES) {
            flush();
        }
    }

    private void flush() {
        try {
            kept += window.size();
            records.write(window.take());
            exchanges = 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void seal(long sequence, long atMillis) {
        SealKey signer = key;
        boolean isWanted = isSealPoint || atMillis >= beforeMillis;
        isSealPoint = false;
        if (signer == null || !isWanted) {
            return;
        }
        flush();
        try {
            records.seal(sequence, atMillis, signer, nodeId, boot);
            kept++;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What an earlier compaction left out shows again as a hole; a loss is stated again. */
    private void omitted(long sequence, long atMillis, EventsOmitted omitted) {
        if (omitted.isLost()) {
            flush();
            try {
                records.lost(sequence, omitted.lastSequence(), atMillis, omitted.cause());
                kept++;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Stops at the first event. */
    private static final class FirstEvent implements EventSink {
        private long sequence;

        @Override
        public void event(long first, long atMillis, LedgerEvent event) {
            sequence = first;
            throw new EnoughException();
        }

        @Override
        public void transferred(long first, long atMillis, long sessionId, Counts delta) {
            sequence = first;
            throw new EnoughException();
        }
    }
}
