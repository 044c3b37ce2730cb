package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.DocumentScanner.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal from disk in order, live or dead, by anybody who may read its files. One thread.
 *
 * <p>It parses the queue's files itself, through plain reads with every length checked: it works read-only, beside a
 * running writer, on another machine and without flags for the JVM, and no damage can crash, hang or exhaust it. Damage
 * is reported as a {@link JournalFault} and passed over to the next whole record, so that an audit sees all of it. Only
 * a record of a later version, and a file that can't be read, stop the reader.
 *
 * <p>{@link #read} may be called again and again to follow a journal that is being written.
 */
public final class JournalReader implements AutoCloseable {
    /** How many faults an outcome lists at most. */
    public static final int FAULTS_LISTED = 1_000;

    private static final int PROGRESS_RECORDS = 256;

    private final Path folder;
    private final RecordDecoder decoder = new RecordDecoder();
    private final byte[] window = new byte[CycleFile.WINDOW_BYTES];
    private final List<JournalFault> faults = new ArrayList<>();
    private String fileName = "";
    private @Nullable CycleFile file;
    private @Nullable DocumentScanner scanner;
    private long offset;
    private long sequence;
    private boolean isDamaged; // from here on records are searched for, byte by byte
    private boolean isStopped;
    private boolean isUnfinished;
    private boolean isOfSealsOnly;
    private boolean staysInFile;
    private RecordTap tap = RecordTap.NONE;
    private long recordOffset;
    private long firstSequence;
    private long faultCount;
    private long records;
    private long events;
    private long bytes;

    private JournalReader(Path folder) {
        this.folder = folder;
    }

    /**
     * Opens the journal in a folder, at its beginning.
     *
     * @throws JournalException if the folder is not there, holds no journal or can't be listed
     */
    public static JournalReader open(Path journalFolder) {
        if (!Files.isDirectory(journalFolder)) {
            throw new JournalException(FaultKind.NOT_A_JOURNAL, "journal " + journalFolder + ": no such folder");
        }
        if (!JournalFolder.holdsJournal(journalFolder)) {
            throw new JournalException(
                    FaultKind.NOT_A_JOURNAL, "journal " + journalFolder + ": the folder holds no journal (*.cq4)");
        }
        return new JournalReader(journalFolder);
    }

    /**
     * Goes on at a place that {@link #position()} or {@link #recordPosition()} gave.
     *
     * @throws JournalException if its file is not there
     */
    public void startAt(JournalPosition position) {
        closeFile();
        fileName = position.file();
        offset = position.offset();
        sequence = position.sequence();
        isDamaged = false;
        isStopped = false;
        staysInFile = false;
        if (!fileName.isEmpty() && !Files.isRegularFile(folder.resolve(fileName))) {
            throw new JournalException(
                    FaultKind.NOT_A_JOURNAL, "journal " + folder + ": the file " + fileName + " is not there");
        }
    }

    /**
     * The same, but {@link #read} does not go on to the files after it.
     *
     * @throws JournalException if the file is not there
     */
    public void startInFile(JournalPosition position) {
        startAt(position);
        staysInFile = true;
    }

    /**
     * Goes on at the first whole record that begins at or behind an offset, whatever sequence it has. To look around in a
     * file: the outcome then has a fault for the jump.
     *
     * @throws JournalException if the file is not there
     */
    public void startWithin(String fileToRead, long fromOffset) {
        long aligned = (fromOffset + 3) & ~3L;
        startAt(new JournalPosition(fileToRead, Math.max(0, aligned - 4), 0));
        isDamaged = aligned > 0;
    }

    /** What retention took from the journal's beginning, as its folder says now. */
    public PrunedMark pruned() {
        return PrunedMark.read(folder);
    }

    /** From now on the texts in events are empty, which costs less: for who does not look at them. */
    void passOverTexts() {
        decoder.passOverTexts();
    }

    /** From now on somebody looks at the records themselves. */
    public void tap(RecordTap newTap) {
        tap = newTap;
    }

    /** Where the next call of {@link #read} goes on. */
    public JournalPosition position() {
        return new JournalPosition(fileName, offset, sequence);
    }

    /** Where the record begins whose events are being handed out; to be asked for inside the sink. */
    public JournalPosition recordPosition() {
        return new JournalPosition(fileName, recordOffset, decoder.firstSequence() - 1);
    }

    /** The time of that record, in ms since the epoch. */
    public long recordMillis() {
        return decoder.recordMillis();
    }

    /**
     * As {@link #read}, but hands out seals, starts of the node and what the journal says to be no longer there, each of which begins its record. Of the other events nothing
     * is decoded; that they are whole is known by their record's checksum, and how many they are by what it states.
     */
    public ReadOutcome readSeals(EventSink sink, ReadProgress progress) {
        isOfSealsOnly = true;
        try {
            return read(sink, progress);
        } finally {
            isOfSealsOnly = false;
        }
    }

    /** Hands out everything that is there now and was not read yet. */
    public ReadOutcome read(EventSink sink, ReadProgress progress) {
        faults.clear();
        faultCount = records = events = bytes = firstSequence = 0;
        isUnfinished = false;
        try {
            while (!isStopped && openFile() && readFile(sink, progress) && !staysInFile) {
                nextFile();
            }
        } catch (IOException e) {
            fault(FaultKind.UNREADABLE, "can't be read: " + e);
            isStopped = true;
        }
        return new ReadOutcome(
                firstSequence,
                sequence,
                records,
                events,
                bytes,
                faults,
                faultCount,
                isStopped,
                isUnfinished,
                position());
    }

    /** Whether there is a file to read. */
    private boolean openFile() throws IOException {
        if (fileName.isEmpty()) {
            List<String> names = JournalFolder.files(folder);
            if (names.isEmpty()) {
                return false;
            }
            fileName = names.get(0);
        }
        if (file == null) {
            file = CycleFile.open(folder.resolve(fileName), window);
            scanner = new DocumentScanner(file, decoder);
        }
        return true;
    }

    private void nextFile() {
        String next = fileAfter();
        if (next != null) {
            closeFile();
            fileName = next;
            offset = 0;
            isDamaged = false;
            isUnfinished = false;
        }
    }

    private @Nullable String fileAfter() {
        for (String name : JournalFolder.files(folder)) {
            if (name.compareTo(fileName) > 0) {
                return name;
            }
        }
        return null;
    }

    /** Reads on in the current file; answers whether its end was reached and another follows. */
    private boolean readFile(EventSink sink, ReadProgress progress) throws IOException {
        CycleFile current = file;
        DocumentScanner documents = scanner;
        if (current == null || documents == null) {
            throw new IllegalStateException("no file is open");
        }
        current.refresh();
        readDocuments(current, documents, sink, progress);
        if (isStopped || fileAfter() == null) {
            return false;
        }
        current.refresh(); // the writer may have written here after we looked and before it began the next file
        readDocuments(current, documents, sink, progress);
        return !isStopped;
    }

    private void readDocuments(CycleFile current, DocumentScanner documents, EventSink sink, ReadProgress progress)
            throws IOException {
        while (!isStopped) {
            if (isDamaged && !resume(documents)) {
                return;
            }
            Found found = documents.look(offset);
            if (found == Found.BROKEN) {
                current.refresh();
                found = documents.look(offset); // once more, if it was being written while we looked
            }
            switch (found) {
                case RECORD -> {
                    record(current, documents.length(), sink);
                    if (records % PROGRESS_RECORDS == 0) {
                        progress.reached(position(), bytes);
                    }
                }
                case METADATA -> passTo(DocumentScanner.next(offset, documents.length()));
                case BROKEN -> damaged(documents.fault());
                case UNFINISHED -> {
                    isUnfinished = true;
                    return;
                }
                case NOTHING_YET, END_OF_FILE -> {
                    return;
                }
            }
        }
    }

    private void record(CycleFile current, int length, EventSink sink) throws IOException {
        try {
            openRecord(current, length);
            recordOffset = offset;
            int body = current.at(offset + DocumentScanner.HEADER_BYTES);
            if (isInOrder(current.bytes(), body, length)) {
                deliver(sink);
                count();
                tap.record(sequence, current.bytes(), body, length);
            }
            passTo(DocumentScanner.next(offset, length));
        } catch (RecordFormatException e) {
            if (e.kind() == FaultKind.NEWER_VERSION) {
                fault(e.kind(), e.what());
                isStopped = true;
            } else {
                damaged(e.what());
            }
        }
    }

    private void deliver(EventSink sink) throws RecordFormatException {
        if (isOfSealsOnly) {
            decoder.deliverSeal(sink);
        } else {
            decoder.deliver(sink);
        }
    }

    private void openRecord(CycleFile current, int length) throws IOException, RecordFormatException {
        long body = offset + DocumentScanner.HEADER_BYTES;
        try {
            decoder.open(current.bytes(), current.at(body), length);
        } catch (RecordFormatException e) {
            current.refresh();
            if (!current.load(offset, DocumentScanner.HEADER_BYTES + length)) {
                throw e;
            }
            decoder.open(current.bytes(), current.at(body), length); // once more, as above
        }
    }

    private boolean isInOrder(byte[] record, int body, int length) {
        long expected = sequence + 1;
        long first = decoder.firstSequence();
        if (first < expected) {
            tap.repeated(first, record, body, length);
            fault(
                    FaultKind.DUPLICATE_SEQUENCE,
                    "repeats the sequences " + first + " to " + decoder.lastSequence() + ", expected " + expected);
            return false;
        }
        if (first > expected) {
            missing(first, expected);
        }
        return true;
    }

    private void missing(long first, long expected) {
        boolean isPruned = pruned().explains(first);
        if (!isPruned || sequence != 0) {
            String why = isPruned ? "; what is between was pruned while this was read: read again" : "";
            fault(FaultKind.SEQUENCE_GAP, "begins at sequence " + first + ", expected " + expected + why);
        }
    }

    private void count() {
        if (firstSequence == 0) {
            firstSequence = decoder.firstSequence();
        }
        sequence = decoder.lastSequence();
        records++;
        events += decoder.count();
    }

    private void passTo(long next) {
        bytes += next - offset;
        offset = next;
    }

    private void damaged(String what) {
        fault(FaultKind.CORRUPT_RECORD, what);
        isDamaged = true;
    }

    private boolean resume(DocumentScanner documents) throws IOException {
        long next = documents.findRecord(offset + 4);
        if (next < 0) {
            return false;
        }
        passTo(next);
        isDamaged = false;
        return true;
    }

    private void fault(FaultKind kind, String what) {
        JournalFault fault = new JournalFault(kind, fileName, offset, sequence, what);
        faultCount++;
        if (faults.size() < FAULTS_LISTED) {
            faults.add(fault);
        }
        tap.fault(fault);
    }

    /**
     * Where behind the end that {@link #read} found a whole record lies, in the last file: the header before it says that nothing
     * follows, and so no reader comes there. −1 if none does.
     *
     * @throws JournalException if the file can't be read
     */
    public long findBehindEnd() {
        CycleFile current = file;
        DocumentScanner documents = scanner;
        if (current == null || documents == null || isStopped) {
            return -1;
        }
        try {
            current.refresh();
            long found = documents.findRecord(offset + DocumentScanner.HEADER_BYTES);
            current.refresh();
            boolean isLive = found >= 0 && documents.look(offset) == Found.RECORD; // written while we looked
            return isLive ? -1 : found;
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNREADABLE, "journal " + fileName + ": can't be read: " + e, e);
        }
    }

    private void closeFile() {
        CycleFile current = file;
        file = null;
        scanner = null;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                throw new JournalException(FaultKind.UNREADABLE, "journal " + fileName + ": can't close: " + e, e);
            }
        }
    }

    @Override
    public void close() {
        closeFile();
    }
}
