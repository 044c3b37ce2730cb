package io.weir.aggregator.journal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/** Writes records as they are into a real journal. */
public final class TestJournal {
    private TestJournal() {}

    /** A record and the sequence of its first event. */
    public static final class Raw {
        private final long firstSequence;
        private final byte[] bytes;

        public Raw(long firstSequence, byte[] bytes) {
            this.firstSequence = firstSequence;
            this.bytes = bytes;
        }

        public long firstSequence() {
            return firstSequence;
        }

        public byte[] bytes() {
            return bytes;
        }
    }

    public static void write(Path folder, List<Raw> records, LongSupplier clock) {
        JournalPosition end = JournalPosition.BEGINNING;
        if (JournalFolder.holdsJournal(folder)) {
            try (JournalReader reader = JournalReader.open(folder)) {
                end = reader.read(new RecordedEvents(), ReadProgress.NONE).position();
            }
        }
        try (JournalLock lock = JournalLock.acquire(folder);
                ChronicleJournal journal = ChronicleJournal.open(lock, end, clock)) {
            for (Raw record : records) {
                journal.append(record.firstSequence(), record.bytes(), 0, record.bytes().length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
