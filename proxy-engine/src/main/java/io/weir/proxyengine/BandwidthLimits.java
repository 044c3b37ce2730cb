package io.weir.proxyengine;

/**
 * How fast payload may pass, in bytes per second, each direction by itself; 0 is no limit. Immutable.
 *
 * @param all all sessions together
 * @param perUser the sessions of each user together; those of clients that have shown to be nobody are not limited by it
 * @param perSession each session: a tunnel, or a client's connection of plain HTTP
 */
public record BandwidthLimits(long all, long perUser, long perSession) {
    /** No limits. */
    public static final BandwidthLimits NONE = new BandwidthLimits(0, 0, 0);

    /** Checks. */
    public BandwidthLimits {
        if (all < 0 || perUser < 0 || perSession < 0) {
            throw new IllegalArgumentException(
                    "a bandwidth cannot be negative: " + all + ", " + perUser + ", " + perSession);
        }
    }
}
