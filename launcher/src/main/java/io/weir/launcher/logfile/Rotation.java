package io.weir.launcher.logfile;

/**
 * When a file is full, and how many of its predecessors stay. Immutable.
 *
 * @param maxBytes a file that would pass this becomes {@code FILE.1}
 * @param keep the oldest that stays is {@code FILE.keep}; at least 1
 */
public record Rotation(long maxBytes, int keep) {
    /** Refuses what could keep nothing. */
    public Rotation {
        if (maxBytes < 1 || keep < 1) {
            throw new IllegalArgumentException("a rotation of " + keep + " files of " + maxBytes + " bytes");
        }
    }
}
