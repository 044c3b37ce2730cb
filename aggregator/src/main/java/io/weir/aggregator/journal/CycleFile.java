package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * One file of the journal, read through a window of plain memory. One thread.
 *
 * <p>Not mapped on purpose: the file may be live, sparse, truncated or on a failing disk, and a fault in a mapping can
 * end the JVM, while a failed read is an exception. Offsets and lengths come from the file and are never trusted.
 */
final class CycleFile implements AutoCloseable {
    /** Holds the largest record with its header, wherever it begins. */
    static final int WINDOW_BYTES = 2 * RecordEncoder.MAX_RECORD_BYTES;

    private static final int READ_BYTES = 64 * 1024;

    private final FileChannel channel;
    private final byte[] window;
    private long windowStart;
    private int windowLength;

    private CycleFile(FileChannel channel, byte[] window) {
        this.channel = channel;
        this.window = window;
    }

    static CycleFile open(Path file, byte[] window) throws IOException {
        return new CycleFile(FileChannel.open(file, StandardOpenOption.READ), window);
    }

    long size() throws IOException {
        return channel.size();
    }

    /** Forgets what was read, since a writer may have gone on. */
    void refresh() {
        windowLength = 0;
    }

    /** Whether {@code length} bytes from {@code offset} on are there; then {@link #at} says where in {@link #bytes}. */
    boolean load(long offset, int length) throws IOException {
        if (isLoaded(offset, length)) {
            return true;
        }
        windowStart = offset;
        windowLength = 0;
        int wanted = Math.max(length, READ_BYTES);
        ByteBuffer target = ByteBuffer.wrap(window, 0, wanted);
        while (target.hasRemaining()) {
            int read = channel.read(target, offset + windowLength);
            if (read <= 0) {
                break;
            }
            windowLength += read;
        }
        return windowLength >= length;
    }

    boolean isLoaded(long offset, int length) {
        return offset >= windowStart && offset + length <= windowStart + windowLength;
    }

    /** Where in {@link #bytes} the loaded bytes end. */
    int loadedEnd() {
        return windowLength;
    }

    byte[] bytes() {
        return window;
    }

    /** Where in {@link #bytes} a loaded offset is. */
    int at(long offset) {
        return (int) (offset - windowStart);
    }

    /** Four loaded bytes, the lowest first. */
    int int32(long offset) {
        int i = at(offset);
        return (window[i] & 0xFF)
                | (window[i + 1] & 0xFF) << 8
                | (window[i + 2] & 0xFF) << 16
                | (window[i + 3] & 0xFF) << 24;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
