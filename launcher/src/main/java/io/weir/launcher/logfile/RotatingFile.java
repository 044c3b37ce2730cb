package io.weir.launcher.logfile;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A file that is appended to, and that gives way to a new one: when it is full, as {@code FILE.1}, {@code FILE.2} and so on, and when
 * somebody else has moved or removed it, as logrotate does. One thread, which may wait for the disk.
 *
 * <p>Its user asks {@link #mustSwitch} before each {@link #append} and then calls {@link #switchFile}, so that he can note where he is
 * before and after. A write that fails leaves nothing of itself behind. New files are for their owner and their group.
 */
public final class RotatingFile implements AutoCloseable {
    private static final Set<OpenOption> APPEND =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path file;
    private final Rotation rotation;
    private FileChannel channel;
    private String key;
    private long retryAtNanos = System.nanoTime();

    private RotatingFile(Path file, Rotation rotation, FileChannel channel, String key) {
        this.file = file;
        this.rotation = rotation;
        this.channel = channel;
        this.key = key;
    }

    /** Opens a file to append to; makes it if it is not there. */
    public static RotatingFile open(Path file, Rotation rotation) throws IOException {
        Path absolute = file.toAbsolutePath();
        if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
            throw new IOException("not a regular file");
        }
        FileChannel channel = openChannel(absolute);
        return new RotatingFile(absolute, rotation, channel, keyOf(absolute).orElse(""));
    }

    private static FileChannel openChannel(Path file) throws IOException {
        if (!Files.getFileStore(file.getParent()).supportsFileAttributeView("posix")) {
            return FileChannel.open(file, APPEND);
        }
        return FileChannel.open(
                file, APPEND, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
    }

    /** What tells a file from another one of the same name; empty if there is none, or the system has no such thing. */
    public static Optional<String> keyOf(Path file) throws IOException {
        try {
            Object found = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return Optional.ofNullable(found).map(each -> each.toString().replace(" ", ""));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /** The file's own key, wherever somebody has moved it. */
    public String key() {
        return key;
    }

    /** Its name. */
    public Path path() {
        return file;
    }

    /** Bytes in it. */
    public long size() throws IOException {
        return channel.size();
    }

    /** Whether the next bytes belong into another file: this one is full, or is not the one of that name any more. */
    public boolean mustSwitch(int nextBytes) throws IOException {
        long size = channel.size();
        boolean isFull = size > 0 && size + nextBytes > rotation.maxBytes();
        return (isFull && System.nanoTime() - retryAtNanos >= 0) || !isOurs();
    }

    private boolean isOurs() {
        try {
            return Files.exists(file) && keyOf(file).orElse("").equals(key);
        } catch (IOException e) {
            return true; // nothing better is known
        }
    }

    /**
     * Goes on in a new file.
     *
     * @throws IOException if it can't; the old one is then still written, and full or not it is a minute until the next try
     */
    public void switchFile() throws IOException {
        try {
            if (isOurs()) {
                shift();
            }
            FileChannel next = openChannel(file);
            FileChannel old = channel;
            channel = next;
            key = keyOf(file).orElse("");
            old.close();
        } catch (IOException e) {
            retryAtNanos = System.nanoTime() + RETRY_NANOS;
            throw e;
        }
    }

    private void shift() throws IOException {
        for (int i = rotation.keep() - 1; i >= 1; i--) {
            Path from = numbered(i);
            if (Files.exists(from)) {
                Files.move(from, numbered(i + 1), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Files.move(file, numbered(1), StandardCopyOption.REPLACE_EXISTING);
    }

    /** An earlier file, 1 for the latest. */
    public Path numbered(int number) {
        return file.resolveSibling(Objects.requireNonNull(file.getFileName(), "a file has a name") + "." + number);
    }

    /** How many earlier files stay. */
    public int keep() {
        return rotation.keep();
    }

    /** Writes all of it or, with an exception, nothing. */
    public void append(ByteBuffer bytes) throws IOException {
        long before = channel.size();
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            try {
                channel.truncate(before);
            } catch (IOException alsoFailed) {
                e.addSuppressed(alsoFailed);
            }
            throw e;
        }
    }

    /** Cuts off what is behind. */
    public void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    /** Waits until the disk has it. */
    public void force() throws IOException {
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
