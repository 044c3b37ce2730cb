package io.weir.aggregator.journal;

import io.weir.aggregator.journal.CycleIndex.Prefix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the index of a journal up to date, beside a running writer or without one. One thread. Each file goes on where its index
 * ends; one whose index can't be used is read from its beginning. A file that ended is looked at once.
 */
public final class JournalIndexer {
    private final Path folder;
    private final ReadProgress progress;
    private final long stretchBytes;
    private final Set<String> done = new HashSet<>();
    private long bytesPassed;
    private long indexBytes;

    /**
     * Prepares to index the journal in a folder.
     *
     * @param progress on the reading thread; may wait, and may throw an {@link EnoughException} to end, which keeps what was read. Its
     *     bytes are those of all files so far
     */
    public JournalIndexer(Path journalFolder, ReadProgress progress) {
        this(journalFolder, progress, CycleIndexer.STRETCH_BYTES);
    }

    JournalIndexer(Path journalFolder, ReadProgress progress, long stretchBytes) {
        this.folder = journalFolder;
        this.stretchBytes = stretchBytes;
        this.progress = progress;
    }

    /**
     * Indexes all that is there and of which at least {@code leastBytes} are new.
     *
     * @param isAnew whether to begin at the beginning whatever there is
     * @throws IOException if the index can't be written
     * @throws JournalException if the journal can't be read
     * @throws EnoughException that of the progress
     */
    public void update(long leastBytes, boolean isAnew) throws IOException {
        List<String> files = JournalFolder.files(folder);
        IndexFolder.sweep(folder, files);
        bytesPassed = 0;
        indexBytes = 0;
        for (int i = 0; i < files.size(); i++) {
            String file = files.get(i);
            if (!done.contains(file)) {
                boolean hasEnded = i < files.size() - 1;
                index(file, hasEnded ? 1 : leastBytes, isAnew);
                if (hasEnded) {
                    done.add(file);
                }
            }
        }
    }

    /** How many bytes the indexes have that the last {@link #update} wrote. */
    public long indexBytes() {
        return indexBytes;
    }

    private void index(String file, long leastBytes, boolean isAnew) throws IOException {
        Optional<CycleIndex> begun = isAnew ? Optional.empty() : IndexFolder.read(folder, file);
        try (JournalReader reader = JournalReader.open(folder)) {
            reader.passOverTexts();
            CycleIndexer indexer;
            if (begun.isPresent()) {
                Prefix prefix = begun.get().prefix();
                reader.startInFile(begun.get().end());
                indexer = new CycleIndexer(reader, stretchBytes, begun.get());
                bytesPassed += prefix.endOffset();
            } else {
                reader.startInFile(new JournalPosition(file, 0, 0));
                indexer = new CycleIndexer(reader, stretchBytes, null);
            }
            if (indexer.isFull()) {
                return;
            }
            reader.tap(indexer);
            long before = bytesPassed;
            boolean isEnough = false;
            long begin = begun.map(index -> index.end().offset()).orElse(0L);
            try {
                reader.read(indexer, (position, bytes) -> reached(indexer, before, position, bytes));
            } catch (EnoughException enough) {
                isEnough = !indexer.isFull();
            }
            bytesPassed = before + reader.position().offset() - begin;
            if (reader.position().offset() - begin >= leastBytes) {
                write(file, indexer.finish());
            }
            if (isEnough) {
                throw new EnoughException();
            }
        }
    }

    private void reached(CycleIndexer indexer, long before, JournalPosition position, long bytes) {
        if (indexer.isFull()) {
            throw new EnoughException(); // the rest of the file is read when it is asked for
        }
        progress.reached(position, before + bytes);
    }

    private void write(String file, byte[] index) throws IOException {
        if (index.length > 0) {
            IndexFolder.write(folder, file, index);
            indexBytes += index.length;
        }
    }
}
