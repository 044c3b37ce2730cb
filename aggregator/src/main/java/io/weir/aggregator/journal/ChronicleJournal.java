package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.RollCycles;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.wire.DocumentContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal in a Chronicle queue: records as opaque documents, a file an hour. One appender; one thread at a time.
 *
 * <p>An hour a file, because a file is what is archived, deleted and checked as a whole, and hours stay small enough for
 * that under load; an idle hour makes no file. Files are sparse and grow by {@link #BLOCK_BYTES}.
 *
 * <p>The queue's own lock goes by process ids, which are no proof (in a container every process may be number 1). So it
 * is taken by force, at once, which is safe because a {@link JournalLock} was taken before.
 *
 * <p>{@link #sync} asks the queue to write its mapped pages and then asks the file itself, since the queue does not
 * report what failed.
 */
public final class ChronicleJournal implements Journal {
    private static final Logger LOG = LoggerFactory.getLogger(ChronicleJournal.class);
    private static final int BLOCK_BYTES = 2 << 20; // records may take a quarter of it
    private static final long NEW_FILE_BYTES = 1 << 20; // really used by one; the rest of it is a hole
    private static final long LOCK_TIMEOUT_MILLIS = 100; // nobody can hold it rightly, so waiting is in vain

    static {
        // read once, by Chronicle's static initializers, so before the first of its classes is touched
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("queue.force.unlock.mode", "ALWAYS");
    }

    private final Path folder;
    private final CycleTime time;
    private final List<FileChannel> unsynced = new ArrayList<>(); // the latest file last; kept over a reopen
    private @Nullable ChronicleQueue queue;
    private @Nullable ExcerptAppender appender;
    private String file;
    private @Nullable SpaceAhead space;
    private long dataEnd;
    private String recordFile;
    private long recordOffset;
    private long recordFirstSequence;
    private JournalPosition end; // of what readers find, when the queue was opened
    private boolean isProven;

    private ChronicleJournal(Path folder, LongSupplier clockMillis, JournalPosition end) {
        this.folder = folder;
        this.time = new CycleTime(clockMillis, JournalFolder.files(folder));
        this.end = end;
        this.file = end.file();
        this.recordFile = end.file();
        this.recordOffset = end.offset();
        this.dataEnd = end.offset();
        this.recordFirstSequence = end.sequence() + 1;
    }

    /** Loads what opening needs of Chronicle, which takes long and depends on no journal. Any thread. */
    public static void prepare() {
        SingleChronicleQueueBuilder.addAliases(); // empty, but it initializes the class, and with it all that it needs
    }

    /**
     * Opens the journal for appending.
     *
     * @param lock taken, on the journal's folder; stays the caller's
     * @param end where a reader found the journal to end; what is behind it is cleared
     * @throws JournalException if that is not possible
     */
    public static ChronicleJournal open(JournalLock lock, JournalPosition end, LongSupplier clockMillis) {
        ChronicleJournal journal = new ChronicleJournal(lock.folder(), clockMillis, end);
        try {
            TornTail.clear(lock.folder(), end);
            journal.openQueue();
        } catch (IOException e) {
            throw new JournalException(
                    FaultKind.UNWRITABLE, "journal " + lock.folder() + ": can't be opened for writing: " + e, e);
        }
        return journal;
    }

    /** Copies what is damaged behind {@code end}, which {@link #open} will clear. */
    public static Path saveDamage(JournalLock lock, JournalPosition end) {
        try {
            return TornTail.save(lock.folder(), end);
        } catch (IOException e) {
            throw new JournalException(
                    FaultKind.UNWRITABLE, "journal " + lock.folder() + ": can't save what is damaged: " + e, e);
        }
    }

    private ExcerptAppender openQueue() throws IOException {
        time.advance();
        try {
            ChronicleQueue opened = SingleChronicleQueueBuilder.binary(folder)
                    .rollCycle(RollCycles.FAST_HOURLY)
                    .blockSize(BLOCK_BYTES)
                    .syncMode(SyncMode.SYNC)
                    .timeoutMS(LOCK_TIMEOUT_MILLIS)
                    .timeProvider(time)
                    .build();
            queue = opened;
            ExcerptAppender created = opened.createAppender();
            created.singleThreadedCheckDisabled(true); // recovery writes on one thread, the consumer's goes on
            appender = created;
            return created;
        } catch (RuntimeException | InternalError e) {
            throw new IOException("can't open the queue: " + e.getMessage(), e);
        }
    }

    @Override
    public void append(long firstSequence, byte[] bytes, int offset, int length) throws IOException {
        ExcerptAppender current = appender;
        if (current == null) {
            throw new IOException("the journal is closed");
        }
        try {
            if (isProven) {
                write(current, firstSequence, bytes, offset, length);
            } else {
                writeFirst(current, firstSequence, bytes, offset, length);
            }
        } catch (RuntimeException
                | InternalError e) { // a mapped page that the disk has no room for is an InternalError
            throw new IOException("append failed: " + e.getMessage(), e);
        }
    }

    /**
     * Looks whether readers find the first record after opening. They do not if the queue's own notes survived the end of
     * the machine and the pages that they speak of did not: then the queue goes on where nobody gets to, behind a hole,
     * or not at all. So it is made to begin a new file.
     */
    private void writeFirst(ExcerptAppender current, long firstSequence, byte[] bytes, int offset, int length)
            throws IOException {
        try {
            write(current, firstSequence, bytes, offset, length);
            isProven = isFound(firstSequence);
        } catch (RuntimeException | AssertionError e) { // which of them depends on the JVM's flags
            LOG.warn("the queue can't go on in its last file folder={} cause=\"{}\"", folder, e.toString());
        }
        if (!isProven) {
            closeQueue();
            TornTail.seal(folder, end);
            time.toNextFile();
            write(openQueue(), firstSequence, bytes, offset, length);
            isProven = isFound(firstSequence);
        }
        if (!isProven) {
            throw new IOException("the queue appends where no reader finds it, after " + end);
        }
    }

    /** A fault behind the old end is a hole that the queue has left there. */
    private boolean isFound(long firstSequence) throws IOException {
        ReadOutcome behind = read(end);
        return behind.isClean() && behind.position().sequence() >= firstSequence;
    }

    private void write(ExcerptAppender current, long firstSequence, byte[] bytes, int offset, int length)
            throws IOException {
        makeRoom(length);
        try (DocumentContext document = current.writingDocument()) {
            try {
                Bytes<?> target = document.wire().bytes();
                recordFile = file;
                recordOffset = target.writePosition() - DocumentScanner.HEADER_BYTES;
                recordFirstSequence = firstSequence;
                target.write(bytes, offset, length);
            } catch (Throwable t) {
                document.rollbackOnClose(); // half a record must not be read
                throw t;
            }
        }
        dataEnd = DocumentScanner.next(recordOffset, length);
        if (space == null) {
            enter(folder.resolve(file));
            syncFolder();
        }
    }

    /** Before anything is written through a mapping: see {@link SpaceAhead}. */
    private void makeRoom(int length) throws IOException {
        String target = time.advance();
        if (!target.equals(file)) {
            Path path = folder.resolve(target);
            file = target;
            space = null;
            dataEnd = Files.exists(path) ? Files.size(path) : 0;
        }
        if (space == null && Files.exists(folder.resolve(file))) {
            enter(folder.resolve(file));
        }
        if (space != null) {
            space.ensure(dataEnd, length);
        } else if (Files.getFileStore(folder).getUsableSpace() < NEW_FILE_BYTES) {
            throw new IOException("no space left for a new file of the journal");
        }
    }

    private void enter(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        unsynced.add(channel);
        space = SpaceAhead.of(channel, dataEnd);
    }

    @Override
    public boolean isTurning() {
        return !recordFile.isEmpty() && !time.advance().equals(recordFile);
    }

    @Override
    public JournalPosition lastRecord() {
        return new JournalPosition(recordFile, recordOffset, recordFirstSequence - 1);
    }

    @Override
    public void sync() throws IOException {
        ExcerptAppender current = appender;
        if (current == null) {
            throw new IOException("the journal is closed");
        }
        try {
            current.sync();
        } catch (RuntimeException | InternalError e) {
            throw new IOException("sync failed: " + e.getMessage(), e);
        }
        for (FileChannel channel : unsynced) {
            channel.force(true);
        }
        while (unsynced.size() > 1) {
            unsynced.remove(0).close(); // the file of an earlier hour
        }
    }

    private void syncFolder() throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true); // a new file's name is as much part of it as its bytes
        } catch (AccessDeniedException e) {
            // Windows: a folder can't be opened, and need not be
        }
    }

    @Override
    public long reopen() throws IOException {
        closeQueue();
        end = findEnd(lastRecord());
        file = end.file();
        dataEnd = end.offset();
        TornTail.clear(folder, end);
        openQueue();
        return end.sequence();
    }

    private JournalPosition findEnd(JournalPosition from) throws IOException {
        if (!JournalFolder.holdsJournal(folder)) {
            return JournalPosition.BEGINNING;
        }
        ReadOutcome outcome = read(from);
        if (!outcome.isClean()) {
            throw new IOException(String.valueOf(outcome.faults().get(0)));
        }
        return outcome.position();
    }

    private ReadOutcome read(JournalPosition from) throws IOException {
        try (JournalReader reader = JournalReader.open(folder)) {
            reader.startAt(from);
            return reader.read(Nobody.INSTANCE, ReadProgress.NONE);
        } catch (JournalException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void closeQueue() throws IOException {
        ChronicleQueue current = queue;
        appender = null;
        queue = null;
        space = null;
        try {
            if (current != null) {
                current.close(); // and with it its appender
            }
        } catch (RuntimeException | InternalError e) {
            throw new IOException("close failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel channel : unsynced) {
            channel.close();
        }
        unsynced.clear();
        closeQueue();
    }

    private enum Nobody implements EventSink {
        INSTANCE;

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {}

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {}
    }
}
