package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The layout of the folder, which {@code package-info} draws. The store's thread only, but for the opening. */
final class BodyFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");
    private static final int NAME_DIGITS = 64;

    private final Path folder;
    private final Path temporary;

    /** Is shown each stored body. */
    interface Visitor {
        void visit(String sha256, long bytes, long mtimeMillis);
    }

    private BodyFolder(Path folder) {
        this.folder = folder;
        temporary = folder.resolve("tmp");
    }

    /** Makes the folder if it is not there, for its owner only, and deletes what a crash left. */
    static BodyFolder open(Path path) throws IOException {
        var folder =
                new BodyFolder(Files.createDirectories(path.toAbsolutePath()).toRealPath());
        folder.restore();
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder.temporary)) {
            for (Path leftover : leftovers) {
                Files.deleteIfExists(leftover);
            }
        }
        return folder;
    }

    /** Makes what is missing, as somebody may have deleted it. */
    void restore() throws IOException {
        Files.createDirectories(folder);
        ownerOnly(folder);
        Files.createDirectories(temporary);
        ownerOnly(temporary);
    }

    private static void ownerOnly(Path directory) throws IOException {
        boolean posix = Files.getFileStore(directory).supportsFileAttributeView("posix");
        if (posix && !Files.getPosixFilePermissions(directory).equals(OWNER_ONLY)) {
            Files.setPosixFilePermissions(directory, OWNER_ONLY);
        }
    }

    Path path() {
        return folder;
    }

    Path temporary(String name) {
        return temporary.resolve(name);
    }

    Path body(String sha256) {
        return folder.resolve(sha256.substring(0, 2)).resolve(sha256);
    }

    /** When the body of that name was last seen, in ms since the epoch; -1 if it is not there. */
    long mtimeMillis(String sha256) throws IOException {
        try {
            return Files.getLastModifiedTime(body(sha256)).toMillis();
        } catch (NoSuchFileException e) {
            return -1;
        }
    }

    /**
     * Puts a finished file in its place; if the body is there already, that one counts as seen now, and the file is deleted.
     *
     * @return whether it is new here
     */
    boolean keep(Path finished, String sha256, long bytes, long nowMillis) throws IOException {
        Path body = body(sha256);
        var now = FileTime.fromMillis(nowMillis);
        if (Files.exists(body) && Files.size(body) == bytes) { // a crash of the machine may have left it shorter
            Files.setLastModifiedTime(body, now);
            Files.delete(finished);
            return false;
        }
        Files.setLastModifiedTime(finished, now);
        try {
            Files.move(finished, body, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            makeParent(body);
            Files.move(finished, body, StandardCopyOption.ATOMIC_MOVE);
        }
        return true;
    }

    private static void makeParent(Path body) throws IOException {
        Path parent = body.resolveSibling(".").normalize();
        try {
            Files.createDirectory(parent);
        } catch (FileAlreadyExistsException e) {
            return; // then something else is missing, and the move will say so
        }
        ownerOnly(parent);
    }

    void delete(String sha256) throws IOException {
        Files.deleteIfExists(body(sha256));
    }

    /** Shows every body, in no order, holding none of them. */
    void visit(Visitor visitor) throws IOException {
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(folder, "[0-9a-f][0-9a-f]")) {
            for (Path group : groups) {
                try (DirectoryStream<Path> bodies = Files.newDirectoryStream(group)) {
                    for (Path body : bodies) {
                        show(body, visitor);
                    }
                }
            }
        }
    }

    private static void show(Path body, Visitor visitor) throws IOException {
        String name = String.valueOf(body.getFileName());
        if (name.length() == NAME_DIGITS && name.chars().allMatch(c -> Character.digit(c, 16) >= 0)) {
            var attributes = Files.readAttributes(body, BasicFileAttributes.class);
            visitor.visit(name, attributes.size(), attributes.lastModifiedTime().toMillis());
        }
    }
}
