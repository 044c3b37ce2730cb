package io.weir.proxyengine;

/**
 * How many sessions may be open at once: tunnels and plain exchanges. Exchanges inside a tunnel are the tunnel's. Immutable; 0 stands for no limit.
 *
 * @param all of everybody
 * @param perUser of each user; nobody's are not counted
 * @param perClient of each address: an IPv4 address or the first 64 bits of an IPv6 address
 */
public record SessionLimits(int all, int perUser, int perClient) {
    /** As many as there is room for. */
    public static final SessionLimits NONE = new SessionLimits(0, 0, 0);

    /** Checks. */
    public SessionLimits {
        if (all < 0 || perUser < 0 || perClient < 0) {
            throw new EngineException(
                    "a limit of sessions can't be negative: " + all + ", " + perUser + ", " + perClient);
        }
    }
}
