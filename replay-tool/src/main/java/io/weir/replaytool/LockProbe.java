package io.weir.replaytool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Finds out whether somebody writes a journal, from the lock on its file {@code LOCK}. It writes nothing: a shared lock is
 * tried on the same byte, through a channel that can only read, and given back at once.
 */
final class LockProbe {
    private static final String FILE = "LOCK";
    private static final int HOLDER_BYTES = 200; // the writer's text; the locked byte follows it

    private LockProbe() {}

    /** What to tell people about the lock. */
    static String describe(Path folder) {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return "none (a copy, or never written here)";
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            String holder = read(channel);
            return isHeld(channel) ? "held by " + holder + ": the journal is live" : "free";
        } catch (IOException e) {
            return "not known: " + e;
        }
    }

    private static boolean isHeld(FileChannel channel) throws IOException {
        try (FileLock lock = channel.tryLock(HOLDER_BYTES, 1, true)) {
            return lock == null;
        } catch (OverlappingFileLockException e) {
            return true; // this very process has it
        }
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(HOLDER_BYTES);
        int length = channel.read(text, 0);
        return length <= 0 ? "somebody" : new String(text.array(), 0, length, StandardCharsets.UTF_8);
    }
}
