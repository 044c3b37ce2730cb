package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.util.HexFormat;
import java.util.PriorityQueue;

/**
 * Deletes bodies that are too old or for which there is no room, the oldest first. The store's thread only.
 *
 * <p>The folder is listed once, at the start; after that it is known from what is stored, with some 70 bytes of memory for each body. A body that
 * is seen again moves its file's mtime only: that is found out when its turn comes, and it gets a new one. So does what somebody else deleted:
 * it counts until its turn comes.
 *
 * <p>Each body counts in whole blocks, as it does on the disk; that bounds how many there are, too.
 */
final class Retention {
    private static final long BLOCK_BYTES = 4096;

    private final BodyFolder folder;
    private final long maxAgeMillis;
    private final long bytesMax;
    private final PriorityQueue<Known> byAge =
            new PriorityQueue<>((a, b) -> Long.compare(a.mtimeMillis, b.mtimeMillis));
    private long bytes;

    /** A stored body: its SHA-256 in four parts, which costs less than a string. */
    private record Known(long a, long b, long c, long d, long mtimeMillis, long bytes) {
        String sha256() {
            var hex = HexFormat.of();
            return hex.toHexDigits(a) + hex.toHexDigits(b) + hex.toHexDigits(c) + hex.toHexDigits(d);
        }

        Known seenAt(long millis) {
            return new Known(a, b, c, d, millis, bytes);
        }
    }

    Retention(BodyFolder folder, long maxAgeMillis, long bytesMax) {
        this.folder = folder;
        this.maxAgeMillis = maxAgeMillis;
        this.bytesMax = bytesMax;
    }

    void add(String sha256, long length, long mtimeMillis) {
        long blocks = (length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
        byAge.add(new Known(part(sha256, 0), part(sha256, 1), part(sha256, 2), part(sha256, 3), mtimeMillis, blocks));
        bytes += blocks;
    }

    private static long part(String sha256, int index) {
        return HexFormat.fromHexDigitsToLong(sha256, index * 16, index * 16 + 16);
    }

    /** What is stored, in whole blocks. */
    long bytes() {
        return bytes;
    }

    /** Deletes what must go. One that cannot be deleted is forgotten until the next start, so that it is not in the way of the others. */
    void enforce(long nowMillis) throws IOException {
        for (Known oldest = byAge.peek(); oldest != null; oldest = byAge.peek()) {
            if (bytes <= bytesMax && nowMillis - oldest.mtimeMillis <= maxAgeMillis) {
                return;
            }
            byAge.remove();
            long seenMillis = folder.mtimeMillis(oldest.sha256());
            if (seenMillis > oldest.mtimeMillis) {
                byAge.add(oldest.seenAt(seenMillis));
            } else {
                bytes -= oldest.bytes;
                folder.delete(oldest.sha256());
            }
        }
    }
}
