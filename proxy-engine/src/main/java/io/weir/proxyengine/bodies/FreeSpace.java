package io.weir.proxyengine.bodies;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;

/** Keeps the store from filling the disk, which others need: the journal, for one. Asks the system now and then only. The store's thread only. */
final class FreeSpace {
    private static final long FLOOR_BYTES = 256L << 20;
    private static final long STALE_MILLIS = 1000;
    private static final long STALE_BYTES = 16 << 20;

    private final Disk disk;
    private final Path folder;
    private final InstantSource clock;
    private long freeBytes;
    private long askedAtMillis;
    private long usedBytes; // since we asked

    FreeSpace(Disk disk, Path folder, InstantSource clock) {
        this.disk = disk;
        this.folder = folder;
        this.clock = clock;
        usedBytes = STALE_BYTES; // so the first one asks
    }

    /** Whether so many bytes may be written; they count as written then. */
    boolean has(long bytes) throws IOException {
        long now = clock.millis();
        if (usedBytes >= STALE_BYTES || Math.abs(now - askedAtMillis) >= STALE_MILLIS) {
            freeBytes = disk.freeBytes(folder);
            askedAtMillis = now;
            usedBytes = 0;
        }
        if (freeBytes - usedBytes - bytes < FLOOR_BYTES) {
            return false;
        }
        usedBytes += bytes;
        return true;
    }
}
