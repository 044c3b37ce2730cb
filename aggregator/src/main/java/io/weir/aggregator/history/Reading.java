package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import org.jspecify.annotations.Nullable;

/**
 * What one question reads: stretches of the journal through its one reader, for as long as somebody waits for the answer. On the
 * way it notes where checkpoints are. One thread; the reader is the caller's.
 */
final class Reading {
    private static final int EVENTS_UNASKED = 1_024; // after so many {@link ScanControl} is asked

    private final JournalReader reader;
    private final Places places;
    private final ScanControl control;
    private final long end;

    /** @param end of all that it reads: the sequence from which on nothing is told */
    Reading(JournalReader reader, Places places, ScanControl control, long end) {
        this.reader = reader;
        this.places = places;
        this.control = control;
        this.end = end;
    }

    Places places() {
        return places;
    }

    /**
     * Hands out the events from a place on and before a sequence, or until the sink throws {@link ScanStop}.
     *
     * @throws HistoryException if it takes too long, or a file can't be read
     */
    void read(JournalPosition from, long before, EventSink sink) {
        requireTime();
        reader.startAt(from);
        try {
            ReadOutcome outcome =
                    reader.read(new Stretch(Math.min(before, end), sink), (position, bytes) -> requireTime());
            for (JournalFault fault : outcome.faults()) {
                if (fault.kind() == FaultKind.UNREADABLE) {
                    throw new HistoryException(fault + "; ask again, and look after the disk if that does not help");
                }
            }
        } catch (ScanStop stop) {
            // the next stretch begins with startAt, whatever this one left
        }
    }

    /** The first sequence that can be read from a place on; {@link Long#MAX_VALUE} if there is none. */
    long firstSequence(JournalPosition from) {
        First first = new First();
        read(from, Long.MAX_VALUE, first);
        return first.sequence;
    }

    /** Whether a checkpoint begins exactly there. */
    boolean isCheckpoint(JournalPosition position) {
        First first = new First();
        read(position, Long.MAX_VALUE, first);
        return first.isCheckpoint
                && first.sequence == position.sequence() + 1
                && reader.recordPosition().equals(position);
    }

    private void requireTime() {
        JournalHistory.requireTime(control);
    }

    /** Keeps the sequence of the first event. */
    private static final class First implements EventSink {
        private long sequence = Long.MAX_VALUE;
        private boolean isCheckpoint;

        @Override
        public void event(long eventSequence, long atMillis, LedgerEvent event) {
            sequence = eventSequence;
            isCheckpoint = event instanceof CheckpointBegun;
            throw new ScanStop();
        }

        @Override
        public void transferred(long eventSequence, long atMillis, long sessionId, Counts delta) {
            sequence = eventSequence;
            throw new ScanStop();
        }
    }

    /** Passes on what comes before an end. */
    private final class Stretch implements EventSink {
        private final long end;
        private final EventSink sink;
        private int unasked;
        private @Nullable JournalPosition checkpoint; // the last one that began

        Stretch(long end, EventSink sink) {
            this.end = end;
            this.sink = sink;
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            reach(sequence);
            noteCheckpoint(event);
            sink.event(sequence, atMillis, event);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            reach(sequence);
            sink.transferred(sequence, atMillis, sessionId, delta);
        }

        private void reach(long sequence) {
            if (sequence >= end) {
                throw new ScanStop();
            }
            if (++unasked == EVENTS_UNASKED) {
                unasked = 0;
                requireTime();
            }
        }

        private void noteCheckpoint(LedgerEvent event) {
            if (event instanceof CheckpointBegun) {
                checkpoint = reader.recordPosition();
            } else if (event instanceof CheckpointEnded ended
                    && checkpoint != null
                    && checkpoint.sequence() + 1 == ended.beginSequence()) {
                places.addCheckpoint(checkpoint);
            }
        }
    }
}
