package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a writer left behind the last whole record when it died, or its machine did. It is cleared, so that the next
 * record is again followed by zeros. Only under the journal's lock.
 */
final class TornTail {
    private static final int BLOCK_BYTES = 64 * 1024;
    private static final int END_OF_FILE = 0xC0000000;

    private TornTail() {}

    /** Clears the journal's last file behind {@code end}, unless that is where the file says it ends. */
    static void clear(Path folder, JournalPosition end) throws IOException {
        if (end.file().isEmpty()) {
            return;
        }
        Path file = folder.resolve(end.file());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (!isEndOfFile(channel, end.offset())) {
                zero(channel, end.offset());
                channel.force(false);
            }
        }
    }

    /** Ends the file at {@code end}: nothing will be written to it again, and nothing behind it is read. */
    static void seal(Path folder, JournalPosition end) throws IOException {
        if (end.file().isEmpty()) {
            return;
        }
        Path file = folder.resolve(end.file());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            zero(channel, end.offset());
            ByteBuffer header = ByteBuffer.allocate(4).putInt(0, Integer.reverseBytes(END_OF_FILE));
            channel.write(header, end.offset());
            channel.force(true);
        }
    }

    /** Copies what is there behind {@code end} to a file of its own, for whoever wants to look at it. */
    static Path save(Path folder, JournalPosition end) throws IOException {
        Path saved = folder.resolve("damaged-" + end.file() + "-" + end.offset() + ".bin");
        try (FileChannel from = FileChannel.open(folder.resolve(end.file()), StandardOpenOption.READ);
                FileChannel to = FileChannel.open(saved, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long length = from.size() - end.offset();
            long copied = 0;
            while (copied < length) {
                long more = from.transferTo(end.offset() + copied, length - copied, to);
                if (more <= 0) {
                    break;
                }
                copied += more;
            }
            to.force(true);
        }
        return saved;
    }

    private static boolean isEndOfFile(FileChannel channel, long offset) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(4);
        return channel.read(header, offset) == 4 && Integer.reverseBytes(header.getInt(0)) == END_OF_FILE;
    }

    private static void zero(FileChannel channel, long from) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(BLOCK_BYTES);
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
        long offset = from;
        int length;
        while ((length = channel.read(block.clear(), offset)) > 0) {
            zeros.clear().limit(length);
            if (block.flip().mismatch(zeros) >= 0) { // a hole stays a hole
                channel.write(zeros, offset);
            }
            offset += length;
        }
    }
}
