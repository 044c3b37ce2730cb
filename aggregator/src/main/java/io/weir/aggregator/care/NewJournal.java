package io.weir.aggregator.care;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.FaultKind;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalFolder;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.PrunedMark;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.RecordChain;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A journal that is made from another: records keep their sequences and stay in the files of their hours. One thread; holds the new
 * folder's lock.
 */
final class NewJournal implements AutoCloseable {
    private final JournalLock lock;
    private final ChronicleJournal journal;
    private final RecordEncoder single = new RecordEncoder();
    private final RecordChain chain = new RecordChain();
    private long hourMillis;
    private long next;

    private NewJournal(JournalLock lock, long firstSequence) {
        this.lock = lock;
        this.next = firstSequence;
        chain.begin(firstSequence);
        this.journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> hourMillis);
    }

    /**
     * Makes it.
     *
     * @param like the journal that it is made from; what that one says of pruning holds for this one
     * @param firstSequence the first event that will be in it, or is stated to be left out
     * @throws JournalException if the folder holds a journal, or can't be made
     */
    static NewJournal create(Path folder, Path like, long firstSequence) {
        requireNone(folder);
        JournalLock lock = JournalLock.acquire(folder);
        try {
            if (firstSequence > 1) {
                PrunedMark.read(like).write(folder);
            }
            return new NewJournal(lock, firstSequence);
        } catch (IOException e) {
            lock.close();
            throw new JournalException(FaultKind.UNWRITABLE, "journal " + folder + ": can't be made: " + e, e);
        } catch (RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    /**
     * Refuses a folder that may not become a journal.
     *
     * @throws JournalException if it holds one
     */
    static void requireNone(Path folder) {
        if (Files.exists(folder) && JournalFolder.holdsJournal(folder)) {
            throw new JournalException(
                    FaultKind.UNWRITABLE,
                    "journal " + folder + ": is one already; give a folder that is empty or not there");
        }
    }

    /** Records go on in the file of that name, or in the latest, if that is later. */
    void file(String name) throws IOException {
        long hour = JournalFolder.hourMillis(name).orElse(hourMillis);
        if (hour > hourMillis) {
            if (hourMillis > 0) {
                journal.sync(); // and closes what is before
            }
            hourMillis = hour;
        }
    }

    /** The event that comes next. */
    long next() {
        return next;
    }

    /** What the records since the last seal hash to. */
    RecordChain chain() {
        return chain;
    }

    /** Appends a record as it is. */
    void append(long firstSequence, long lastSequence, byte[] bytes, int offset, int length) throws IOException {
        if (firstSequence != next) {
            throw new IllegalStateException("the next event is " + next + ", not " + firstSequence);
        }
        journal.append(firstSequence, bytes, offset, length);
        chain.record(lastSequence, bytes, offset, length);
        next = lastSequence + 1;
    }

    /** Appends a finished record. */
    void append(RecordEncoder record) throws IOException {
        append(record.firstSequence(), record.lastSequence(), record.bytes(), record.offset(), record.length());
    }

    /** Appends an event in a record of its own. */
    void append(long atMillis, LedgerEvent event) throws IOException {
        single.begin(next, atMillis);
        single.tryAdd(atMillis, event);
        single.finish();
        append(single);
    }

    /** States that everything from the next event up to that one is left out. */
    void omit(long lastSequence, boolean isLost, long atMillis, String cause) throws IOException {
        single.begin(next, atMillis);
        single.tryAdd(atMillis, new EventsOmitted(lastSequence, isLost, cause));
        single.finish();
        append(next, lastSequence, single.bytes(), single.offset(), single.length());
    }

    @Override
    public void close() throws IOException {
        try {
            journal.sync();
        } finally {
            journal.close();
            lock.close();
        }
    }
}
