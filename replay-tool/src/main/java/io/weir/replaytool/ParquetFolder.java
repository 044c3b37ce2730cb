package io.weir.replaytool;

import io.weir.replaytool.ParquetNames.Part;
import java.io.IOException;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A folder of Parquet files, each of a range of sequences, that can be resumed after any end. One thread; one process at a time, by a lock.
 *
 * <p>A Parquet file cannot be added to. So the export is parts, each of which is there as a whole or not at all, and then stated in the
 * {@link ExportMark} beside the folder. Parts behind what the mark states are removed before the export goes on.
 */
final class ParquetFolder implements ExportTarget {
    /** A part ends when it is about so long. */
    static final long PART_BYTES = 256 << 20;

    private final Path folder;
    private final FileChannel lock;
    private final long partBytes;
    private ExportMark sure;
    private ExportMark mark;
    private @Nullable ParquetPart part;

    private ParquetFolder(Path folder, FileChannel lock, ExportMark mark, long partBytes) {
        this.folder = folder;
        this.lock = lock;
        this.mark = mark;
        this.sure = mark;
        this.partBytes = partBytes;
    }

    /**
     * Makes a folder or goes on with one.
     *
     * @throws IOException if it can't be written, has not what the mark states, or somebody else writes it
     */
    static ParquetFolder open(Path folder, ExportMark mark, long partBytes) throws IOException {
        if (!Files.exists(folder)) {
            mark.write(folder); // first: a folder without a mark is not ours
            Files.createDirectory(folder);
        }
        FileChannel lock = FileChannel.open(
                folder.resolve(ParquetNames.LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (!isTaken(lock)) {
                throw new IOException(folder + " is being exported to by somebody else");
            }
            long bytes = removeBehind(folder, mark.lastSequence());
            if (bytes != mark.bytes()) {
                throw new IOException(folder + " has parts of " + bytes + " bytes and had " + mark.bytes()
                        + " when the export ended: it is not what was exported");
            }
            return new ParquetFolder(folder, lock, mark, partBytes);
        } catch (IOException | RuntimeException | Error e) {
            lock.close();
            throw e;
        }
    }

    private static boolean isTaken(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null; // released with the channel
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Removes what the mark does not state; says how many bytes are left. */
    private static long removeBehind(Path folder, long lastSequence) throws IOException {
        Files.deleteIfExists(folder.resolve(ParquetNames.UNFINISHED));
        long bytes = 0;
        for (Part each : ParquetNames.in(folder)) {
            if (each.firstSequence() > lastSequence) {
                Files.delete(each.path());
            } else {
                bytes += Files.size(each.path());
            }
        }
        return bytes;
    }

    void write(ParquetRow.Filler row) throws IOException {
        ParquetPart current = part;
        if (current == null) {
            current = ParquetPart.begin(mark.kind(), folder, sure.lastSequence() + 1);
            part = current;
        }
        current.write(row);
    }

    /** Rows of text do not go here. */
    @Override
    public Writer writer() {
        return Writer.nullWriter();
    }

    @Override
    public ExportMark mark() {
        return mark;
    }

    @Override
    public void reached(long sequence, long atMillis, long rows) throws IOException {
        mark = mark.with(sequence, atMillis, rows, mark.bytes(), false);
        ParquetPart current = part;
        if (current != null && current.bytes() >= partBytes) {
            endPart(current);
        }
    }

    private void endPart(ParquetPart current) throws IOException {
        long bytes = current.finish(mark.lastSequence());
        part = null;
        makeSure(bytes, false);
    }

    private void makeSure(long moreBytes, boolean isComplete) throws IOException {
        mark = mark.with(mark.lastSequence(), mark.lastMillis(), mark.rows(), mark.bytes() + moreBytes, isComplete);
        mark.write(folder);
        sure = mark;
    }

    @Override
    public void finish(String tail) throws IOException {
        ParquetPart current = part;
        if (current != null) {
            endPart(current);
        }
        makeSure(0, true);
    }

    /** Leaves the parts as they are; what is in none of them is written again when the export is resumed. */
    @Override
    public void close() throws IOException {
        try (lock) {
            ParquetPart current = part;
            if (current != null) {
                current.close();
            }
        }
    }
}
