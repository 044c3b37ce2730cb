package io.weir.launcher;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The folder that holds what outlives the process. For its owner only. Immutable. */
final class DataFolder {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path folder;

    private DataFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes the folder if it is not there, and sees that nobody else can look into it.
     *
     * @throws NodeException if that is not possible
     */
    static DataFolder open(Path folder) {
        try {
            Path real = Files.createDirectories(folder.toAbsolutePath()).toRealPath();
            if (Files.getFileStore(real).supportsFileAttributeView("posix")
                    && !Files.getPosixFilePermissions(real).equals(OWNER_ONLY)) {
                Files.setPosixFilePermissions(real, OWNER_ONLY);
            }
            if (!Files.isWritable(real)) {
                throw new NodeException("data folder " + real + " is not writable; choose another with --data");
            }
            return new DataFolder(real);
        } catch (IOException e) {
            throw new NodeException(
                    "data folder " + folder.toAbsolutePath() + " cannot be used: " + e + "; choose another with --data",
                    e);
        }
    }

    Path path() {
        return folder;
    }

    Path journal() {
        return folder.resolve("journal");
    }

    /** Of the key that seals the journal. */
    Path seal() {
        return folder.resolve("seal");
    }

    /** Of this install's certificate authority. */
    Path ca() {
        return folder.resolve("ca");
    }

    /** Of the bodies that were captured. */
    Path bodies() {
        return folder.resolve("bodies");
    }

    /** Of those who may use the proxy, where {@code weir user} is not told of another file. */
    Path users() {
        return folder.resolve("users");
    }

    Path token() {
        return folder.resolve("token");
    }
}
