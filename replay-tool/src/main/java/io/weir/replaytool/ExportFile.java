package io.weir.replaytool;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that is exported to, so that it can be resumed after any end. One thread; one process at a time, by a lock.
 *
 * <p>Rows are made sure of every few MiB: written, synced, then stated in the {@link ExportMark} beside the file. Whatever is behind what
 * the mark states is cut off before the export goes on. So nothing is there twice, and nothing is left out.
 */
final class ExportFile implements ExportTarget {
    /** After so many bytes the rows are made sure of. */
    static final long SURE_BYTES = 8 << 20;

    private final Path path;
    private final FileChannel channel;
    private final CountingWriter writer;
    private final long sureBytes;
    private ExportMark mark;

    private ExportFile(Path path, FileChannel channel, ExportMark mark, long sureBytes) {
        this.path = path;
        this.channel = channel;
        this.mark = mark;
        this.sureBytes = sureBytes;
        this.writer = new CountingWriter(
                new BufferedWriter(new OutputStreamWriter(Channels.newOutputStream(channel), StandardCharsets.UTF_8)));
    }

    /**
     * Opens a new file or goes on with one.
     *
     * @param head what the file begins with, if it does not have that yet
     * @throws IOException if it can't be written, is shorter than the mark states, or somebody else writes it
     */
    static ExportFile open(Path path, ExportMark mark, String head, long sureBytes) throws IOException {
        boolean isNew = mark.bytes() == 0 && !Files.exists(path);
        if (isNew) {
            mark.write(path); // first: a file without a mark is not ours
        }
        FileChannel channel = FileChannel.open(
                path, isNew ? StandardOpenOption.CREATE_NEW : StandardOpenOption.WRITE, StandardOpenOption.WRITE);
        try {
            lock(path, channel);
            if (channel.size() < mark.bytes()) {
                throw new IOException(path + " has " + channel.size() + " bytes and had " + mark.bytes()
                        + " when the export ended: it is not what was exported");
            }
            ExportMark open = mark.with(mark.lastSequence(), mark.lastMillis(), mark.rows(), mark.bytes(), false);
            open.write(path); // first, since from here on the file has no tail
            channel.truncate(mark.bytes());
            channel.position(mark.bytes());
            ExportFile file = new ExportFile(path, channel, open, sureBytes);
            if (mark.bytes() == 0) {
                file.writer.write(head);
                file.makeSure(mark.lastSequence(), mark.lastMillis(), mark.rows());
            }
            return file;
        } catch (IOException | RuntimeException | Error e) {
            channel.close();
            throw e;
        }
    }

    private static void lock(Path path, FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock(); // released with the channel
            if (lock != null) {
                return;
            }
        } catch (OverlappingFileLockException e) {
            // as below
        }
        throw new IOException(path + " is being exported to by somebody else");
    }

    @Override
    public Writer writer() {
        return writer;
    }

    @Override
    public ExportMark mark() {
        return mark;
    }

    @Override
    public void reached(long sequence, long atMillis, long rows) throws IOException {
        if (writer.chars >= sureBytes) {
            makeSure(sequence, atMillis, rows);
        } else {
            mark = mark.with(sequence, atMillis, rows, mark.bytes(), false);
        }
    }

    private void makeSure(long sequence, long atMillis, long rows) throws IOException {
        writer.flush();
        writer.chars = 0;
        channel.force(true);
        mark = mark.with(sequence, atMillis, rows, channel.position(), false);
        mark.write(path);
    }

    @Override
    public void finish(String tail) throws IOException {
        makeSure(mark.lastSequence(), mark.lastMillis(), mark.rows());
        writer.write(tail);
        writer.flush();
        channel.force(true);
        mark = mark.with(mark.lastSequence(), mark.lastMillis(), mark.rows(), mark.bytes(), true);
        mark.write(path);
    }

    /** Leaves the file as it is; what is not sure is written again when the export is resumed. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    /** Knows how much was written. Exports are nearly all ASCII, so characters are as good as bytes for that. */
    private static final class CountingWriter extends Writer {
        private final Writer target;
        private long chars;

        CountingWriter(Writer target) {
            this.target = target;
        }

        @Override
        public void write(char[] buffer, int offset, int length) throws IOException {
            target.write(buffer, offset, length);
            chars += length;
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
