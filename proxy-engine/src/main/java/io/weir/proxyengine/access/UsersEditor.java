package io.weir.proxyengine.access;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a users file: a line of it, the others stay as they are, comments and faults included. It is replaced by an atomic rename, readable for its owner only, so nobody
 * finds half a file. One thread.
 */
public final class UsersEditor {
    private static final Logger log = LoggerFactory.getLogger(UsersEditor.class);

    private final Path file;
    private final FileStamp stamp;
    private final List<String> lines;

    private UsersEditor(Path file, FileStamp stamp, List<String> lines) {
        this.file = file;
        this.stamp = stamp;
        this.lines = lines;
    }

    /**
     * Reads a file; one that is not there has no users.
     *
     * @throws AccessException if it cannot be read
     */
    public static UsersEditor open(Path file) {
        Path real = file.toAbsolutePath().normalize();
        try {
            if (Files.exists(real)) {
                real = real.toRealPath(); // a link stays one
            }
        } catch (IOException e) {
            throw new AccessException("users file " + real + " cannot be read: " + e, e);
        }
        FileStamp stamp = FileStamp.of(real);
        String text = Files.exists(real) ? UsersFile.text(real) : "";
        List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        if (lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1); // what is behind the last line's end
        }
        return new UsersEditor(real, stamp, lines);
    }

    /** The file, links resolved. */
    public Path file() {
        return file;
    }

    /** The users that the file has, each with how its password is kept; {@link #check} tells of others. */
    public List<String> list() {
        List<String> all = new ArrayList<>();
        for (String line : lines) {
            try {
                String name = UsersFile.name(line);
                if (!name.isEmpty()) {
                    UsersFile.checkName(name);
                    all.add(name + "  "
                            + PasswordHash.parse(UsersFile.hash(line)).algorithm());
                }
            } catch (AccessException fault) {
                log.debug("a line is nobody's: {}", fault.getMessage());
            }
        }
        return all;
    }

    /**
     * Looks for faults, as a proxy does that reads the file.
     *
     * @throws AccessException naming all
     */
    public void check() {
        if (Files.exists(file)) {
            UsersFile.read(file);
        }
    }

    /** Whether there is such a user. */
    public boolean has(String name) {
        return lineOf(name) >= 0;
    }

    /**
     * Sets a user's password; a new one comes last.
     *
     * @throws AccessException if name or password are such that they cannot be used
     */
    public void put(String name, String password, HashAlgorithm algorithm) {
        UsersFile.checkName(name);
        byte[] bytes = password.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || Credentials.of(name.getBytes(StandardCharsets.UTF_8), bytes) == null) {
            throw new AccessException("a password has 1 to 1024 bytes and no control characters");
        }
        String line = name + ':' + algorithm.hash(bytes).text();
        int at = lineOf(name);
        remove(name);
        lines.add(at >= 0 ? Math.min(at, lines.size()) : lines.size(), line);
    }

    /** Removes a user, every line of it. */
    public void remove(String name) {
        int at;
        while ((at = lineOf(name)) >= 0) {
            lines.remove(at);
        }
    }

    private int lineOf(String name) {
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).startsWith("#") && lines.get(i).startsWith(name + ':')) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Writes the file.
     *
     * @throws AccessException if that is not possible, or somebody else has changed it since it was read
     */
    public void save() {
        if (!FileStamp.of(file).equals(stamp)) {
            throw new AccessException("users file " + file + " was changed by somebody else meanwhile; try again");
        }
        try {
            Path temporary = create();
            try {
                write(temporary);
                Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new AccessException("users file " + file + " cannot be written: " + e, e);
        }
    }

    private Path create() throws IOException {
        Path folder = file.getParent();
        if (folder == null) {
            throw new IOException("it is in no folder");
        }
        return Files.getFileStore(folder).supportsFileAttributeView("posix")
                ? Files.createTempFile(
                        folder,
                        ".users",
                        ".tmp",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createTempFile(folder, ".users", ".tmp");
    }

    private void write(Path temporary) throws IOException {
        String text = lines.isEmpty() ? "" : String.join("\n", lines) + '\n';
        try (FileChannel out = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
    }
}
