package io.weir.aggregator.history;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A real journal for tests, with a clock that they move. Events wait until they are flushed. One thread. */
final class RecordingJournal implements AutoCloseable {
    private record Waiting(long atMillis, LedgerEvent event) {}

    private final AtomicLong clock;
    private final JournalLock lock;
    private final ChronicleJournal journal;
    private final RecordEncoder record = new RecordEncoder();
    private final List<Waiting> waiting = new ArrayList<>();
    private final Counts counts = new Counts();
    private long sequence;

    private RecordingJournal(AtomicLong clock, JournalLock lock, ChronicleJournal journal, long sequence) {
        this.clock = clock;
        this.lock = lock;
        this.journal = journal;
        this.sequence = sequence;
    }

    static RecordingJournal open(Path folder, AtomicLong clock) {
        JournalLock lock = JournalLock.acquire(folder);
        JournalPosition end = JournalPosition.BEGINNING;
        if (JournalFolder.holdsJournal(folder)) {
            try (JournalReader reader = JournalReader.open(folder)) {
                end = reader.read(Nobody.INSTANCE, ReadProgress.NONE).position();
            }
        }
        return new RecordingJournal(clock, lock, ChronicleJournal.open(lock, end, clock::get), end.sequence());
    }

    long sequence() {
        return sequence;
    }

    /** A delta is a {@link BytesTransferred}. */
    void add(LedgerEvent event) {
        waiting.add(new Waiting(clock.get(), event));
    }

    /** Writes what waits, in one record if it fits, and hands out each event as it is journaled. */
    void flush(EventSink written) {
        if (waiting.isEmpty()) {
            return;
        }
        record.begin(sequence + 1, clock.get());
        for (Waiting next : waiting) {
            if (!tryAdd(next)) {
                append(written);
                record.begin(sequence + 1, clock.get());
                tryAdd(next);
            }
        }
        append(written);
        waiting.clear();
    }

    private boolean tryAdd(Waiting next) {
        if (!(next.event() instanceof BytesTransferred moved)) {
            return record.tryAdd(next.atMillis(), next.event());
        }
        var delta = moved.delta();
        counts.set(
                delta.up(),
                delta.down(),
                delta.overheadUp(),
                delta.overheadDown(),
                delta.originUp(),
                delta.originDown());
        return record.tryAddDelta(moved.sessionId(), counts);
    }

    private void append(EventSink written) {
        record.finish();
        try {
            journal.append(record.firstSequence(), record.bytes(), record.offset(), record.length());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        sequence = record.lastSequence();
        record.deliver(written);
    }

    JournalPosition lastRecord() {
        return journal.lastRecord();
    }

    @Override
    public void close() {
        try {
            journal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.close();
        }
    }

    enum Nobody implements EventSink {
        INSTANCE;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
