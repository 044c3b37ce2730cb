package io.weir.aggregator.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The files of a {@link SealKey}. A file is there as a whole or not at all. */
final class SealKeyFolder {
    static final String PUBLIC_PREFIX = "seal-public";

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final int ID_DIGITS = 16;

    private final Path folder;

    SealKeyFolder(Path folder) {
        this.folder = folder;
    }

    Path key() {
        return folder.resolve("seal-key.pem");
    }

    private Path published() {
        return folder.resolve(PUBLIC_PREFIX + ".pem");
    }

    void open() throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, attributes("rwx------"));
        }
        requirePrivate(folder, "700"); // before a key lies in it
    }

    boolean hasKey() {
        return Files.exists(key(), LinkOption.NOFOLLOW_LINKS);
    }

    void writeKey(String pem) throws IOException {
        place(key(), pem, "rw-------");
    }

    /** Sees that the public key is beside the private one, and the one of an earlier private key under its own name. */
    void publish(SealPublicKey key) throws IOException {
        if (Files.exists(published())) {
            SealPublicKey there = SealPublicKey.of(Pem.read(published(), SealPublicKey.LABEL));
            if (there.equals(key)) {
                return;
            }
            String name = PUBLIC_PREFIX + "-" + there.id().substring(0, ID_DIGITS) + ".pem";
            Files.move(published(), folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
        place(published(), key.pem(), "rw-r--r--");
    }

    static List<Path> publicKeys(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(each -> String.valueOf(each.getFileName()).startsWith(PUBLIC_PREFIX))
                    .filter(each -> each.toString().endsWith(".pem"))
                    .sorted()
                    .forEach(found::add);
        }
        return found;
    }

    static void requirePrivate(Path path, String mode) throws IOException {
        if (Files.isSymbolicLink(path)) {
            throw new IOException("is a symbolic link: put the file itself there");
        }
        if (!isPosix(path)) {
            return;
        }
        for (PosixFilePermission each : Files.getPosixFilePermissions(path)) {
            if (OTHERS.contains(each)) {
                throw new IOException("can be used by others through " + path + ", so it proves nothing; chmod " + mode
                        + " " + path + " if you are sure that nobody else has it");
            }
        }
    }

    private void place(Path target, String content, String permissions) throws IOException {
        Path written = Files.createTempFile(folder, ".seal", ".tmp", attributes("rw-------"));
        try {
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            if (isPosix(folder)) {
                Files.setPosixFilePermissions(written, PosixFilePermissions.fromString(permissions));
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private FileAttribute<?>[] attributes(String permissions) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
