package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** What the store needs of the machine, so that a test can be slow, full or broken. The store's thread only, but for the first call. */
interface Disk {
    /** Opens a file to append to; {@code fresh} makes it, for its owner only. */
    FileChannel append(Path file, boolean fresh) throws IOException;

    /** What is free where the bodies go. */
    long freeBytes(Path folder) throws IOException;

    /** The real one. */
    Disk REAL = new Disk() {
        private final boolean posix =
                FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        private final FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(
                            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
                }
                : new FileAttribute<?>[0];
        private final Set<StandardOpenOption> making =
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        private final Set<StandardOpenOption> going = Set.of(StandardOpenOption.WRITE, StandardOpenOption.APPEND);

        @Override
        public FileChannel append(Path file, boolean fresh) throws IOException {
            return fresh ? FileChannel.open(file, making, ownerOnly) : FileChannel.open(file, going);
        }

        @Override
        public long freeBytes(Path folder) throws IOException {
            return Files.getFileStore(folder).getUsableSpace();
        }
    };
}
