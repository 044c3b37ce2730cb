package io.weir.proxyengine;

import java.util.Map;

/**
 * How fast payload may pass, in bytes per second, each direction by itself; 0 is no limit. Immutable.
 *
 * @param all all sessions together
 * @param perUser the sessions of each user together; those of clients that have shown to be nobody are not limited by it
 * @param perSession each session: a tunnel, or a client's connection of plain HTTP
 * @param ofUsers the same as {@code perUser} for single users, in its place
 */
public record BandwidthLimits(long all, long perUser, long perSession, Map<String, Long> ofUsers) {
    /** No limits. */
    public static final BandwidthLimits NONE = new BandwidthLimits(0, 0, 0);

    /** Checks, and copies the map. */
    public BandwidthLimits {
        ofUsers = Map.copyOf(ofUsers);
        if (all < 0
                || perUser < 0
                || perSession < 0
                || ofUsers.values().stream().anyMatch(rate -> rate < 0)) {
            throw new IllegalArgumentException(
                    "a bandwidth cannot be negative: " + all + ", " + perUser + ", " + perSession + ", " + ofUsers);
        }
    }

    /** The same for every user. */
    public BandwidthLimits(long all, long perUser, long perSession) {
        this(all, perUser, perSession, Map.of());
    }

    /** What the sessions of that user may have together; nothing limits nobody's, whose name is empty. */
    long of(String user) {
        return user.isEmpty() ? 0 : ofUsers.getOrDefault(user, perUser);
    }
}
