package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A body of which more may come: its temporary file and the digest so far. The store's thread only, but for {@link #failure}, which the
 * recorder looks at.
 *
 * <p>Between two pieces no file is open: bodies that come slowly need no descriptors, however many they are.
 */
final class UnfinishedBody {
    private final Delivery delivery;
    private @Nullable Path file;
    private @Nullable MessageDigest digest;
    private long bytes;
    private volatile String failure = "";

    UnfinishedBody(Delivery delivery) {
        this.delivery = delivery;
    }

    Delivery delivery() {
        return delivery;
    }

    /** Why it can't be stored; empty while it can. Any thread. */
    String failure() {
        return failure;
    }

    /** What is in the file. */
    long bytes() {
        return bytes;
    }

    boolean isBegun() {
        return file != null;
    }

    void begin(Path temporary) {
        file = temporary;
        digest = sha256();
    }

    void append(Disk disk, ByteBuffer piece) throws IOException {
        if (file == null || digest == null) {
            throw new IllegalStateException("a body must begin before it goes on");
        }
        digest.update(piece.duplicate());
        try (FileChannel channel = disk.append(file, bytes == 0)) {
            while (piece.hasRemaining()) {
                bytes += channel.write(piece);
            }
        }
    }

    /** Moves the file to its place. Afterwards there is nothing here. */
    StoredBody keep(BodyFolder folder, Retention retention, long nowMillis) throws IOException {
        if (file == null || digest == null) {
            throw new IllegalStateException("a body must begin before it ends");
        }
        String sha256 = HexFormat.of().formatHex(digest.digest());
        if (folder.keep(file, sha256, bytes, nowMillis)) {
            retention.add(sha256, bytes, nowMillis);
        }
        file = null;
        return new StoredBody(sha256, bytes, "");
    }

    void fail(String why) {
        failure = why;
    }

    /** Deletes what there is. */
    void discard() throws IOException {
        if (file != null) {
            Path gone = file;
            file = null;
            Files.deleteIfExists(gone);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
