package io.weir.launcher.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A configuration file, which may be missing unless somebody named it. Immutable; any thread; blocks. */
public final class ConfigFile {
    /** What it is called in a data folder. */
    public static final String NAME = "weir.yaml";

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final Path path;
    private final boolean mustExist;

    private ConfigFile(Path path, boolean mustExist) {
        this.path = path.toAbsolutePath().normalize();
        this.mustExist = mustExist;
    }

    /** One that somebody named. */
    public static ConfigFile named(Path path) {
        return new ConfigFile(path, true);
    }

    /** The one of a data folder, if it has one. */
    public static ConfigFile inData(Path data) {
        return new ConfigFile(data.resolve(NAME), false);
    }

    /**
     * How the file looks from outside: another stamp, another content. Immutable.
     *
     * @param modifiedNanos time of the last change; 0 if there is no file
     * @param size in bytes; -1 if there is no file
     * @param identity which file it is, where the file system says so
     */
    record Stamp(long modifiedNanos, long size, String identity) {}

    Path path() {
        return path;
    }

    boolean isNamed() {
        return mustExist;
    }

    /**
     * What it holds; nothing if there is none and none must be.
     *
     * @throws ConfigException if it cannot be read, or is too long
     */
    public byte[] read() {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(YamlReader.MAX_BYTES + 1);
            if (bytes.length > YamlReader.MAX_BYTES) {
                throw new IOException("it is longer than " + (YamlReader.MAX_BYTES >> 10) + " KiB");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            if (mustExist) {
                throw new ConfigException("there is no configuration file " + path, e);
            }
            return new byte[0];
        } catch (IOException e) {
            throw new ConfigException("the configuration file " + path + " cannot be read: " + e.getMessage(), e);
        }
    }

    Stamp stamp() {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(
                    attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                    attributes.size(),
                    String.valueOf(attributes.fileKey()));
        } catch (IOException e) {
            return new Stamp(0, -1, "");
        }
    }

    /**
     * Replaces it as a whole: whoever reads meanwhile, and the next start after a crash, sees the old or the new one.
     *
     * @throws ConfigException if that cannot be done; the old one is there
     */
    public void write(byte[] bytes) {
        try {
            Path target = Files.exists(path) ? path.toRealPath() : path; // a link stays one
            Path folder = target.getParent();
            if (folder == null) {
                throw new IOException("it is in no folder");
            }
            Path temporary = Files.createTempFile(folder, "." + NAME, ".tmp");
            try {
                writeSynced(temporary, bytes);
                if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(
                            temporary, Files.exists(target) ? Files.getPosixFilePermissions(target) : OWNER_ONLY);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(temporary);
            }
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw new ConfigException("the configuration file " + path + " cannot be written: " + e, e);
        }
    }

    private static void writeSynced(Path file, byte[] bytes) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
