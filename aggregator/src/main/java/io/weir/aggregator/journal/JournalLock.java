package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The right to write a journal: a lock of the operating system on the file {@code LOCK} in its folder, held for the
 * writer's life. The system drops it when its holder dies, however that happens, and whatever process ids say.
 */
public final class JournalLock implements AutoCloseable {
    private static final String FILE = "LOCK";
    private static final int HOLDER_BYTES = 200;

    private final Path folder;
    private final FileChannel channel;
    private final FileLock lock;

    private JournalLock(Path folder, FileChannel channel, FileLock lock) {
        this.folder = folder;
        this.channel = channel;
        this.lock = lock;
    }

    /**
     * Takes the lock of a folder, which is made if it is not there.
     *
     * @throws JournalException if somebody else has it, or the folder can't be written
     */
    public static JournalLock acquire(Path folder) {
        try {
            createFolder(folder);
            FileChannel channel = FileChannel.open(
                    folder.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                String holder = read(channel);
                channel.close();
                throw new JournalException(
                        FaultKind.LOCKED,
                        "journal " + folder + ": somebody else writes it" + holder
                                + ". Stop that one, or give this one another folder; weir audit works beside a writer");
            }
            JournalLock taken = new JournalLock(folder, channel, lock);
            taken.sign();
            return taken;
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNWRITABLE, "journal " + folder + ": can't be locked: " + e, e);
        }
    }

    /** The locked folder. */
    public Path folder() {
        return folder;
    }

    private static void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectories(folder);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(HOLDER_BYTES, 1, false); // behind the text, which stays readable on every system
        } catch (OverlappingFileLockException e) {
            return null; // this very process has it
        }
    }

    private void sign() throws IOException {
        String holder = "process " + ProcessHandle.current().pid();
        ByteBuffer text = ByteBuffer.wrap(holder.getBytes(StandardCharsets.UTF_8));
        channel.truncate(0);
        channel.write(text, 0);
    }

    private static String read(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(HOLDER_BYTES);
        int length = channel.read(text, 0);
        return length <= 0 ? "" : " (" + new String(text.array(), 0, length, StandardCharsets.UTF_8) + ")";
    }

    @Override
    public void close() {
        try {
            lock.release();
            channel.close();
        } catch (IOException e) {
            throw new JournalException(FaultKind.UNWRITABLE, "journal " + folder + ": can't be unlocked: " + e, e);
        }
    }
}
