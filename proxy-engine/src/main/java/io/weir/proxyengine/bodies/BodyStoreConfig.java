package io.weir.proxyengine.bodies;

import io.weir.proxyengine.EngineException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What the store is told at its start. Immutable, and checked: every fault is named at once.
 *
 * @param folder where the bodies go; of this store alone
 * @param bodyBytesMax a larger body is not stored
 * @param queueBytesMax memory for what is not written yet, of all bodies together
 * @param maxAge a body that was not seen for so long is deleted
 * @param folderBytesMax of all stored bodies, each counted in whole blocks of 4 KiB; the oldest make room. As much again may be under way
 */
public record BodyStoreConfig(
        Path folder, long bodyBytesMax, long queueBytesMax, Duration maxAge, long folderBytesMax) {
    private static final long MIB = 1 << 20;

    /**
     * Checks.
     *
     * @throws EngineException naming what is wrong
     */
    public BodyStoreConfig {
        var faults = new StringBuilder();
        check(faults, bodyBytesMax > 0, "a body must be allowed 1 byte or more, not " + bodyBytesMax);
        check(faults, queueBytesMax >= MIB, "the queue of bodies needs 1 MiB or more, not " + queueBytesMax + " bytes");
        check(faults, maxAge.toMillis() > 0, "bodies must be kept for longer than " + maxAge);
        check(
                faults,
                folderBytesMax >= bodyBytesMax,
                "the folder of bodies must have room for one of " + bodyBytesMax + " bytes, not only "
                        + folderBytesMax);
        if (faults.length() > 0) {
            throw new EngineException(faults.toString());
        }
    }

    private static void check(StringBuilder faults, boolean holds, String fault) {
        if (!holds) {
            faults.append(faults.length() == 0 ? "" : "; ").append(fault);
        }
    }

    /** 10 MiB a body, a queue of 64 MiB, 7 days, 1 GiB. */
    public static BodyStoreConfig defaults(Path folder) {
        return new BodyStoreConfig(folder, 10 * MIB, 64 * MIB, Duration.ofDays(7), 1024 * MIB);
    }
}
