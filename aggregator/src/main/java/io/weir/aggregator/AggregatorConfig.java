package io.weir.aggregator;

import io.weir.aggregator.journal.RetentionPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the aggregator works. Immutable, checked once.
 *
 * @param journalFolder where the journal is, or will be made
 * @param version what is started, for the journal
 * @param syncInterval how long an event may wait until it survives the end of the machine
 * @param tick how often a new snapshot may be taken
 * @param freeSpaceFloorBytes free space on the disk below which nothing is journaled and no session begins
 * @param checkpointEvents a checkpoint is due after this many events
 * @param checkpointInterval a checkpoint is due after this time, if anything changed
 * @param retryInterval how often a journal that can't be written is tried again, and the free space looked at
 * @param heldEvents how many events are kept in memory while the journal can't be written, before the ring fills up
 * @param sealFolder where the key is, or will be made, that seals the journal; null: nothing is sealed
 * @param sealInterval how long an event may wait for its seal
 * @param retention how much of the journal is kept
 */
public record AggregatorConfig(
        Path journalFolder,
        String version,
        Duration syncInterval,
        Duration tick,
        long freeSpaceFloorBytes,
        long checkpointEvents,
        Duration checkpointInterval,
        Duration retryInterval,
        int heldEvents,
        @Nullable Path sealFolder,
        Duration sealInterval,
        RetentionPolicy retention) {

    /** How often a journal is sealed that is written. */
    public static final Duration SEAL_INTERVAL = Duration.ofSeconds(2);

    private static final long FLOOR_BYTES = 1L << 30;
    private static final int FLOOR_PERCENT = 5;

    /** Checks all fields and reports all faults together. */
    public AggregatorConfig {
        List<String> faults = new ArrayList<>();
        positive(faults, "sync-interval", syncInterval);
        positive(faults, "snapshot-tick", tick);
        positive(faults, "checkpoint-interval", checkpointInterval);
        positive(faults, "retry-interval", retryInterval);
        positive(faults, "seal-interval", sealInterval);
        if (freeSpaceFloorBytes < 0) {
            faults.add("free-space-floor=" + freeSpaceFloorBytes + ": must be 0 or more bytes");
        }
        if (checkpointEvents < 1) {
            faults.add("checkpoint-events=" + checkpointEvents + ": must be 1 or more");
        }
        if (heldEvents < 1) {
            faults.add("held-events=" + heldEvents + ": must be 1 or more");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
    }

    private static void positive(List<String> faults, String key, Duration value) {
        if (value.isNegative() || value.isZero()) {
            faults.add(key + "=" + value + ": must be more than zero");
        }
    }

    /** The defaults, without seals. The floor of free space is 1 GiB, or 5 % of a disk smaller than 20 GiB. */
    public static AggregatorConfig defaults(Path journalFolder, String version) {
        return new AggregatorConfig(
                journalFolder,
                version,
                Duration.ofSeconds(1),
                Duration.ofMillis(10),
                floorFor(journalFolder),
                1_000_000,
                Duration.ofMinutes(10),
                Duration.ofMillis(250),
                262_144,
                null,
                SEAL_INTERVAL,
                RetentionPolicy.KEEP_ALL);
    }

    /** The same with another floor. */
    public AggregatorConfig withFreeSpaceFloorBytes(long bytes) {
        return new AggregatorConfig(
                journalFolder,
                version,
                syncInterval,
                tick,
                bytes,
                checkpointEvents,
                checkpointInterval,
                retryInterval,
                heldEvents,
                sealFolder,
                sealInterval,
                retention);
    }

    /** The same with a key that seals the journal, so often. */
    public AggregatorConfig withSeals(Path folder, Duration interval) {
        return new AggregatorConfig(
                journalFolder,
                version,
                syncInterval,
                tick,
                freeSpaceFloorBytes,
                checkpointEvents,
                checkpointInterval,
                retryInterval,
                heldEvents,
                folder,
                interval,
                retention);
    }

    /** The same, keeping so much. */
    public AggregatorConfig withRetention(RetentionPolicy policy) {
        return new AggregatorConfig(
                journalFolder,
                version,
                syncInterval,
                tick,
                freeSpaceFloorBytes,
                checkpointEvents,
                checkpointInterval,
                retryInterval,
                heldEvents,
                sealFolder,
                sealInterval,
                policy);
    }

    private static long floorFor(Path folder) {
        try {
            return Math.min(FLOOR_BYTES, storeOf(folder).getTotalSpace() / 100 * FLOOR_PERCENT);
        } catch (IOException e) {
            throw new UncheckedIOException("journal " + folder + ": can't find its disk", e);
        }
    }

    /** The disk that the folder is on, or will be on. */
    static FileStore storeOf(Path folder) throws IOException {
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        return Files.getFileStore(existing);
    }
}
