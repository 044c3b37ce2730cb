package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CycleIndex;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.IndexFolder;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFault;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds places in a journal without reading all of it. One thread; its reader is its own while it looks.
 *
 * <p>Sequences grow from file to file and in each file, so one is found by halving: some dozen records are read. A checkpoint is
 * looked for backwards from there, in steps that grow, or where an index says that one is.
 *
 * <p>The state <em>as of</em> an instant is that after an event which is not later and before one which is. In a journal whose times never
 * step back there is one such place. Times only inform, though: the clock may be set back, and events that waited are journaled with
 * their own times. Where that makes several, this is the one that halving comes to: with the events numbered in binary, each bit from
 * the highest on is set if the first event that is numbered so, or higher, is not later, down to the last {@link #SCANNED_BITS}; from there
 * on events are read up to the first that is later. Whatever the times are, a later instant so never means an earlier event, and
 * ranges that meet have no event twice and leave none out; and it depends on the events alone, not on how records and files
 * divide them.
 */
public final class JournalLocator {
    private static final long FIRST_STEP_BYTES = 1 << 20;
    private static final int STEP_GROWTH = 4;
    private static final long HALVED_ENOUGH_BYTES = 256 * 1024;
    private static final int SCANNED_BITS = 14;

    private final Path folder;
    private final List<String> files;
    private final JournalReader reader;
    private final ReadProgress progress;

    /**
     * Prepares to look.
     *
     * @param files the journal's, in the order of time
     * @param reader on the same folder; stays the caller's, who must tell it where to start afterwards
     */
    public JournalLocator(Path folder, List<String> files, JournalReader reader, ReadProgress progress) {
        this.folder = folder;
        this.files = List.copyOf(files);
        this.reader = reader;
        this.progress = progress;
    }

    /** The last event as of an instant; 0 if the journal begins later. */
    public long sequenceAt(long atMillis) {
        return momentAt(atMillis).sequence();
    }

    /** The last event as of an instant; {@link Moment#NONE} if the journal begins later. */
    public Moment momentAt(long atMillis) {
        long last = lastSequence();
        long reached = 0;
        for (long bit = Long.highestOneBit(last); bit >= 1L << SCANNED_BITS; bit >>= 1) {
            long candidate = reached | bit;
            if (candidate <= last && firstFrom(candidate).atMillis() <= atMillis) {
                reached = candidate;
            }
        }
        LastNotLater sink = new LastNotLater(reached, atMillis);
        reader.startAt(recordOf(reached));
        readUntilEnough(sink);
        return sink.moment();
    }

    private long lastSequence() {
        LastMoment sink = new LastMoment(Long.MAX_VALUE);
        reader.startAt(recordOf(Long.MAX_VALUE));
        readUntilEnough(sink);
        return sink.sequence;
    }

    /** The first event with a sequence or, if it is missing, a later one. */
    private Moment firstFrom(long sequence) {
        FirstFrom sink = new FirstFrom(sequence);
        reader.startAt(recordOf(sequence));
        readUntilEnough(sink);
        return sink.moment;
    }

    /** The journal's first event; {@link Moment#NONE} if there is none. */
    public Moment first() {
        for (String file : files) {
            First first = firstWithin(file, 0);
            if (first != null) {
                return new Moment(first.position.sequence() + 1, first.atMillis);
            }
        }
        return Moment.NONE;
    }

    /** An event or, if it is missing, the last one before; {@link Moment#NONE} if there is none. */
    public Moment momentOf(long sequence) {
        JournalPosition record = recordOf(sequence);
        LastMoment sink = new LastMoment(sequence);
        reader.startAt(record);
        readUntilEnough(sink);
        return sink.moment();
    }

    /** The record that holds an event or, if it is missing, the record before; the beginning if there is none. */
    public JournalPosition recordOf(long sequence) {
        First found = null;
        int low = 0;
        int high = files.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            First first = firstFrom(files.get(middle), 0); // in a later file, if there is none in this one
            if (first != null && first.position.sequence() < sequence) {
                found = first;
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return found == null ? JournalPosition.BEGINNING : recordWithin(found.position, sequence);
    }

    private JournalPosition recordWithin(JournalPosition fileBegin, long sequence) {
        JournalPosition low = fileBegin;
        long high = size(fileBegin.file());
        while (high - low.offset() > HALVED_ENOUGH_BYTES) {
            long middle = low.offset() + (high - low.offset()) / 2;
            First first = firstWithin(fileBegin.file(), middle);
            if (first == null || first.position.sequence() >= sequence || first.position.offset() >= high) {
                high = middle;
            } else {
                low = first.position;
            }
        }
        LastRecord sink = new LastRecord(low, sequence);
        reader.startAt(low);
        readUntilEnough(sink);
        return sink.position;
    }

    /** The last whole checkpoint of which all events are there up to a sequence, that one included; the beginning if there is none. */
    public JournalPosition checkpointBefore(long sequence) {
        JournalPosition record = recordOf(sequence);
        int last = files.indexOf(record.file());
        for (int i = last; i >= 0; i--) {
            String file = files.get(i);
            long end = i == last ? record.offset() + 1 : size(file);
            JournalPosition checkpoint = lastCheckpointBefore(file, end, sequence);
            if (checkpoint != null) {
                return checkpoint;
            }
        }
        return JournalPosition.BEGINNING;
    }

    /** What no index tells of is read backwards; then the index is asked; if that knows of none, the rest is read backwards, too. */
    private @Nullable JournalPosition lastCheckpointBefore(String file, long end, long sequence) {
        Optional<CycleIndex> index = IndexFolder.read(folder, file);
        long indexed = Math.min(end, index.map(CycleIndex::endForCheckpoints).orElse(0L));
        JournalPosition checkpoint = lastCheckpointBetween(file, indexed, end, sequence);
        if (checkpoint == null && index.isPresent()) {
            checkpoint = lastOf(index.get().checkpoints(), sequence);
        }
        return checkpoint == null ? lastCheckpointBetween(file, 0, indexed, sequence) : checkpoint;
    }

    private @Nullable JournalPosition lastCheckpointBetween(String file, long begin, long end, long sequence) {
        long from = end;
        for (long step = FIRST_STEP_BYTES; from > begin; step *= STEP_GROWTH) {
            from = Math.max(begin, from - step);
            JournalPosition checkpoint = lastCheckpoint(file, from, sequence);
            if (checkpoint != null) {
                return checkpoint;
            }
        }
        return null;
    }

    /** The last one up to a sequence that is what it is said to be; of two, since the first may end behind the sequence. */
    private @Nullable JournalPosition lastOf(List<JournalPosition> checkpoints, long sequence) {
        int tries = 2;
        for (int i = checkpoints.size() - 1; i >= 0 && tries > 0; i--) {
            JournalPosition checkpoint = checkpoints.get(i);
            if (checkpoint.sequence() < sequence) {
                tries--;
                WholeCheckpoint sink = new WholeCheckpoint(checkpoint, sequence);
                reader.startAt(checkpoint);
                readUntilEnough(sink);
                if (sink.isWhole) {
                    return checkpoint;
                }
            }
        }
        return null;
    }

    private @Nullable JournalPosition lastCheckpoint(String file, long from, long sequence) {
        LastCheckpoint sink = new LastCheckpoint(sequence);
        reader.startWithin(file, from);
        readUntilEnough(sink);
        return sink.checkpoint;
    }

    private @Nullable First firstWithin(String file, long offset) {
        First first = firstFrom(file, offset);
        return first != null && first.position.file().equals(file) ? first : null;
    }

    private @Nullable First firstFrom(String file, long offset) {
        First sink = new First();
        reader.startWithin(file, offset);
        readUntilEnough(sink);
        return sink.isFound ? sink : null;
    }

    private void readUntilEnough(EventSink sink) {
        try {
            for (JournalFault fault : reader.read(sink, progress).faults()) {
                if (fault.kind() == FaultKind.UNREADABLE) {
                    throw new JournalException(
                            fault.kind(), fault.toString()); // what is damaged is told of by who reads it
                }
            }
        } catch (EnoughException enough) {
            // found
        }
    }

    private long size(String file) {
        try {
            return Files.size(folder.resolve(file));
        } catch (IOException e) {
            return 0; // reading it will say why
        }
    }

    /** Looks at each event's place and time alone. */
    private abstract static class Looker implements EventSink {
        abstract void look(long sequence, long atMillis);

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            look(sequence, atMillis);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            look(sequence, atMillis);
        }
    }

    /** The first record from where reading began. */
    private final class First extends Looker {
        private boolean isFound;
        private JournalPosition position = JournalPosition.BEGINNING;
        private long atMillis;

        @Override
        void look(long sequence, long eventAtMillis) {
            position = reader.recordPosition();
            atMillis = eventAtMillis;
            isFound = true;
            throw new EnoughException();
        }
    }

    /** The last event up to a sequence. */
    private static final class LastMoment extends Looker {
        private final long lastSequence;
        private long sequence;
        private long atMillis;

        LastMoment(long lastSequence) {
            this.lastSequence = lastSequence;
        }

        @Override
        void look(long eventSequence, long eventAtMillis) {
            if (eventSequence > lastSequence) {
                throw new EnoughException();
            }
            sequence = eventSequence;
            atMillis = eventAtMillis;
        }

        Moment moment() {
            return new Moment(sequence, atMillis);
        }
    }

    /** The first event from a sequence on. */
    private static final class FirstFrom extends Looker {
        private final long fromSequence;
        private Moment moment = new Moment(Long.MAX_VALUE, Long.MAX_VALUE);

        FirstFrom(long fromSequence) {
            this.fromSequence = fromSequence;
        }

        @Override
        void look(long eventSequence, long eventAtMillis) {
            if (eventSequence >= fromSequence) {
                moment = new Moment(eventSequence, eventAtMillis);
                throw new EnoughException();
            }
        }
    }

    /** The last event before the first that is later than an instant, from a sequence on. */
    private static final class LastNotLater extends Looker {
        private final long fromSequence;
        private final long atMillis;
        private Moment moment = Moment.NONE;

        LastNotLater(long fromSequence, long atMillis) {
            this.fromSequence = fromSequence;
            this.atMillis = atMillis;
        }

        @Override
        void look(long eventSequence, long eventAtMillis) {
            if (eventSequence < fromSequence) {
                return;
            }
            if (eventAtMillis > atMillis) {
                throw new EnoughException();
            }
            moment = new Moment(eventSequence, eventAtMillis);
        }

        Moment moment() {
            return moment;
        }
    }

    /** The last record that begins with a sequence or an earlier one. */
    private final class LastRecord extends Looker {
        private final long sequence;
        private JournalPosition position;

        LastRecord(JournalPosition begin, long sequence) {
            this.position = begin;
            this.sequence = sequence;
        }

        @Override
        void look(long eventSequence, long eventAtMillis) {
            if (eventSequence > sequence) {
                throw new EnoughException();
            }
            position = reader.recordPosition();
        }
    }

    /** Whether a checkpoint begins exactly there, and ends up to a sequence. */
    private final class WholeCheckpoint implements EventSink {
        private final JournalPosition begin;
        private final long lastSequence;
        private boolean hasBegun;
        private boolean isWhole;

        WholeCheckpoint(JournalPosition begin, long lastSequence) {
            this.begin = begin;
            this.lastSequence = lastSequence;
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            if (sequence > lastSequence) {
                throw new EnoughException();
            }
            if (!hasBegun) {
                hasBegun = event instanceof CheckpointBegun
                        && reader.recordPosition().equals(begin);
            } else if (event instanceof CheckpointEnded ended) {
                isWhole = ended.beginSequence() == begin.sequence() + 1;
                throw new EnoughException();
            }
            if (!hasBegun) {
                throw new EnoughException();
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            throw new EnoughException(); // something else came in between
        }
    }

    /** The last whole checkpoint up to a sequence. */
    private final class LastCheckpoint implements EventSink {
        private final long lastSequence;
        private long beginSequence;
        private JournalPosition begin = JournalPosition.BEGINNING;
        private @Nullable JournalPosition checkpoint;

        LastCheckpoint(long lastSequence) {
            this.lastSequence = lastSequence;
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            requireWanted(sequence);
            if (event instanceof CheckpointBegun) {
                begin = reader.recordPosition();
                beginSequence = sequence;
            } else if (event instanceof CheckpointEnded ended && ended.beginSequence() == beginSequence) {
                checkpoint = begin;
            }
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            requireWanted(sequence);
        }

        private void requireWanted(long sequence) {
            if (sequence > lastSequence) {
                throw new EnoughException();
            }
        }
    }
}
