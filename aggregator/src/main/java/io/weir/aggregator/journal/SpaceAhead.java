package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Sees to it that the disk has room for what is about to be written through a mapping. One file, one thread.
 *
 * <p>The queue's files are sparse. A store to a mapped page for which the disk has no block fails silently: it does
 * nothing, and some time later an error comes up somewhere in the thread. So the blocks are allocated before, by writing
 * zeros behind the data through the channel, where a full disk is an exception at once.
 */
final class SpaceAhead {
    /** What the queue may put before a record: a page of its index, with room to spare. */
    static final int INDEX_BYTES = 96 * 1024;

    private static final int STEP_BYTES = 128 * 1024;
    private static final int NOTES_BYTES = 72 * 1024; // the queue's header and first index, at the file's beginning

    private final FileChannel channel;
    private final ByteBuffer zeros = ByteBuffer.allocate(STEP_BYTES);
    private long allocatedUntil;

    private SpaceAhead(FileChannel channel, long dataEnd) {
        this.channel = channel;
        this.allocatedUntil = dataEnd;
    }

    /** Begins with a file whose data end at {@code dataEnd}: what is before it is written, but for holes in the notes. */
    static SpaceAhead of(FileChannel channel, long dataEnd) throws IOException {
        SpaceAhead space = new SpaceAhead(channel, dataEnd);
        space.rewriteNotes();
        return space;
    }

    private void rewriteNotes() throws IOException {
        ByteBuffer notes = ByteBuffer.allocate(NOTES_BYTES);
        channel.read(notes, 0);
        notes.flip();
        channel.write(notes, 0);
    }

    /** Allocates what a record of {@code length} bytes behind {@code dataEnd} can take. */
    void ensure(long dataEnd, int length) throws IOException {
        long needed = dataEnd + length + INDEX_BYTES;
        allocatedUntil = Math.max(allocatedUntil, dataEnd);
        while (allocatedUntil < needed) {
            zeros.clear();
            int written = channel.write(zeros, allocatedUntil);
            if (written <= 0) {
                throw new IOException("no space left for the journal");
            }
            allocatedUntil += written;
        }
    }
}
