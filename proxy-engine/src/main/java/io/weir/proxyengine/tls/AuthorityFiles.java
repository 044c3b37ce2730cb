package io.weir.proxyengine.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Set;

/**
 * The folder of a CA: {@code weir-ca.pem}, its certificate, and {@code weir-ca.key}, its PKCS#8 key. Any thread.
 *
 * <p>Each file appears whole under its name: written as another, for its owner only from the start, and renamed. Who makes them holds a
 * lock on {@code .lock}, so of processes that start at once one makes both and the others find them. The key comes first: a certificate
 * never stands there without it.
 */
final class AuthorityFiles {
    private static final Set<PosixFilePermission> OWNER_FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> OWNER_FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> PUBLIC_FILE = PosixFilePermissions.fromString("rw-r--r--");

    /** A file lock keeps other processes out, this the other threads of ours. */
    private static final Object making = new Object();

    private final Path folder;
    private final Path certificate;
    private final Path key;
    private final Clock clock;

    AuthorityFiles(Path folder, Clock clock) {
        this.folder = folder.toAbsolutePath().normalize();
        certificate = this.folder.resolve("weir-ca.pem");
        key = this.folder.resolve("weir-ca.key");
        this.clock = clock;
    }

    boolean exists() {
        return Files.exists(certificate, LinkOption.NOFOLLOW_LINKS) || Files.exists(key, LinkOption.NOFOLLOW_LINKS);
    }

    CertificateAuthority load() {
        return new AuthorityReader(folder, certificate, key).read(clock.instant());
    }

    /** Half a CA may be one that somebody is making: only who holds the lock knows. */
    CertificateAuthority loadOrCreate() {
        if (!Files.exists(certificate, LinkOption.NOFOLLOW_LINKS) || !Files.exists(key, LinkOption.NOFOLLOW_LINKS)) {
            synchronized (making) {
                create();
            }
        }
        return load();
    }

    private void create() {
        try {
            makeFolder();
            try (FileChannel lock = FileChannel.open(
                    folder.resolve(".lock"),
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    attributes(OWNER_FILE))) {
                lock.lock(); // until the channel is closed
                if (!exists()) {
                    write();
                }
            }
        } catch (IOException e) {
            throw new TlsException(
                    "the CA can't be made in " + folder + ": " + e + "; see that the folder can be written", e);
        }
    }

    private void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(folder, attributes(OWNER_FOLDER));
            } catch (FileAlreadyExistsException e) {
                if (!Files.isDirectory(folder)) {
                    throw e; // else another process was first
                }
            }
        }
        AuthorityReader.requirePrivate(folder, "folder", "700"); // before a key lies in it
    }

    private void write() throws IOException {
        CertificateMint.Made made = CertificateMint.authority(clock.instant());
        place(key, Pem.bytes(Pem.write("PRIVATE KEY", made.key().getEncoded())), OWNER_FILE);
        place(certificate, Pem.bytes(Pem.write("CERTIFICATE", made.der())), PUBLIC_FILE);
    }

    private void place(Path target, byte[] content, Set<PosixFilePermission> permissions) throws IOException {
        Path written = Files.createTempFile(folder, ".weir-ca", ".tmp", attributes(OWNER_FILE));
        try {
            try (FileChannel file = FileChannel.open(written, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                    file.write(bytes);
                }
                file.force(true);
            }
            if (isPosix(folder)) {
                Files.setPosixFilePermissions(written, permissions);
            }
            Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private FileAttribute<?>[] attributes(Set<PosixFilePermission> permissions) {
        return isPosix(folder)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    static boolean isPosix(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
