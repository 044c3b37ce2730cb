package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Clears what a writer left behind that died inside a record, so that the next record is again followed by zeros. Only
 * under the journal's lock, and only behind the last whole record: nothing that anybody was told is lost.
 */
final class TornTail {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int NOT_COMPLETE = 0x80000000;

    private TornTail() {}

    /** Clears the file behind {@code end} if a record was begun there. */
    static void clear(Path folder, JournalPosition end) throws IOException {
        if (end.file().isEmpty()) {
            return;
        }
        try (FileChannel channel = FileChannel.open(
                folder.resolve(end.file()), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (isUnfinished(channel, end.offset())) {
                zero(channel, end.offset());
                channel.force(false);
            }
        }
    }

    private static boolean isUnfinished(FileChannel channel, long offset) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4);
        if (channel.read(header, offset) < 4) {
            return false;
        }
        return Integer.reverseBytes(header.getInt(0)) == NOT_COMPLETE;
    }

    private static void zero(FileChannel channel, long from) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(BLOCK_BYTES);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        for (long offset = from; ; offset += BLOCK_BYTES) {
            block.clear();
            int length = channel.read(block, offset);
            if (length <= 0) {
                return;
            }
            zeros.clear().limit(length);
            if (block.flip().mismatch(zeros) >= 0) { // a hole stays a hole
                channel.write(zeros, offset);
            }
        }
    }
}
