package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.MissingEvents;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison: hands out the sessions of a range of a journal, some events at a time, as often as wanted. One thread.
 *
 * <p>It pauses between two records, by ending the reading before the second one's first event: that one is read again when it goes on.
 */
final class DiffSide implements AutoCloseable {
    private final JournalReader reader;
    private final ReadProgress progress;
    private final EventRange range;
    private final JournalPosition begin;
    private @Nullable Pass pass;
    private long firstSequence;
    private long lastSequence;
    private long missing;
    private boolean isStopped;

    private DiffSide(JournalReader reader, ReadProgress progress, EventRange range, JournalPosition begin) {
        this.reader = reader;
        this.progress = progress;
        this.range = range;
        this.begin = begin;
    }

    static DiffSide open(Path folder, PlaceRange places, ReadProgress progress) {
        JournalReader reader = JournalReader.open(folder);
        try {
            JournalLocator locator = JournalAccess.locatorIn(folder, reader, progress);
            EventRange range = places.in(locator);
            JournalPosition begin = range.firstSequence() <= 1
                    ? JournalPosition.BEGINNING
                    : locator.checkpointBefore(range.firstSequence() - 1);
            return new DiffSide(reader, progress, range, begin);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    /** Begins at the beginning; what is read from now on goes there. */
    void restart(Consumer<SessionEntry> sink) {
        pass = new Pass(sink);
        reader.startAt(begin);
        firstSequence = lastSequence = missing = 0;
        isStopped = false;
    }

    /** Reads so many events, and on to the next record. Answers whether there is more. */
    boolean advance(int events) {
        Pass current = pass;
        if (current == null) {
            throw new IllegalStateException("not started");
        }
        if (current.isDone) {
            return false;
        }
        current.left = events;
        try {
            ReadOutcome outcome = reader.read(current, progress);
            isStopped = outcome.isStopped();
            current.end();
        } catch (EnoughException enough) {
            // paused, or the range is over
        }
        return !current.isDone;
    }

    /** The first event of the range that was read; 0 if there was none. */
    long firstSequence() {
        return firstSequence;
    }

    long lastSequence() {
        return lastSequence;
    }

    /** How many events are missing in what was read. */
    long missing() {
        return missing;
    }

    /** Whether the rest can't be read. */
    boolean isStopped() {
        return isStopped;
    }

    @Override
    public void close() {
        reader.close();
    }

    /** Reads the range once. */
    private final class Pass implements EventSink {
        private final LedgerFold fold = new LedgerFold();
        private final SessionParts parts;
        private final MissingEvents events = new MissingEvents(begin.sequence(), reader.pruned());
        private int left;
        private boolean isDone;

        Pass(Consumer<SessionEntry> sink) {
            parts = new SessionParts(fold, range, 0, part -> sink.accept(SessionEntry.of(part)));
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            pass(sequence);
            events.passed(sequence, event);
            missing = events.count();
            parts.event(sequence, atMillis, event);
            fold.event(sequence, atMillis, event);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            pass(sequence);
            events.passed(sequence);
            missing = events.count();
            parts.transferred(sequence, atMillis, sessionId, delta);
            fold.transferred(sequence, atMillis, sessionId, delta);
        }

        private void pass(long sequence) {
            if (sequence > range.lastSequence()) {
                end();
                throw new EnoughException();
            }
            boolean isFirstOfRecord = sequence == reader.recordPosition().sequence() + 1;
            if (left <= 0 && isFirstOfRecord) {
                throw new EnoughException();
            }
            left--;
            if (sequence >= range.firstSequence()) {
                firstSequence = firstSequence == 0 ? sequence : firstSequence;
                lastSequence = sequence;
            }
        }

        void end() {
            if (!isDone) {
                isDone = true;
                parts.end();
            }
        }
    }
}
