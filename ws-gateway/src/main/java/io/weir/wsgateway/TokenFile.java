package io.weir.wsgateway;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/** The file that keeps the token. Used once at start, before there is a second thread. */
final class TokenFile {
    private static final int MAX_BYTES = 1024;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private final Path file;
    private final boolean posix;

    TokenFile(Path file) {
        this.file = file.toAbsolutePath();
        this.posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    GatewayToken loadOrCreate() {
        try {
            return Files.exists(file) ? load() : create();
        } catch (IOException e) {
            throw new GatewayException("cannot use the token file " + file + ": " + e.getMessage(), e);
        }
    }

    private GatewayToken load() throws IOException {
        refuseIfOthersMayReadIt();
        if (Files.size(file) > MAX_BYTES) {
            throw unusable("it has more than " + MAX_BYTES + " bytes");
        }
        try {
            return GatewayToken.of(
                    Files.readString(file, StandardCharsets.US_ASCII).strip());
        } catch (GatewayException | IOException e) {
            throw unusable(String.valueOf(e.getMessage()));
        }
    }

    private void refuseIfOthersMayReadIt() throws IOException {
        if (!posix) {
            return;
        }
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
        permissions.remove(PosixFilePermission.OWNER_EXECUTE);
        if (!OWNER_ONLY.containsAll(permissions)) {
            throw new GatewayException("token file " + file + ": others than its owner have access ("
                    + PosixFilePermissions.toString(permissions)
                    + "), so it may be known. Delete it, and a new one is made "
                    + "at the next start; or, if you trust it, run: chmod 600 " + file);
        }
    }

    private GatewayToken create() throws IOException {
        GatewayToken token = GatewayToken.random();
        Path unfinished = Files.createTempFile(file.getParent(), ".token", ".new", ownerOnly());
        try {
            write(unfinished, token);
            Files.move(unfinished, file, ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
        return token;
    }

    private void write(Path target, GatewayToken token) throws IOException {
        try (FileChannel channel = FileChannel.open(target, WRITE)) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(token.value() + "\n");
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private FileAttribute<?>[] ownerOnly() {
        return posix
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
                : new FileAttribute<?>[0];
    }

    private GatewayException unusable(String found) {
        return new GatewayException(
                "token file " + file + ": " + found + ". Delete it, and a new one is made at the next start");
    }
}
