package io.weir.proxyengine;

/**
 * How much there may be at once. Immutable; checked when it is put into an {@link EngineConfig}.
 *
 * @param maxConnections client connections at once; beyond them nothing is accepted
 * @param sessions how many sessions may be open at once
 * @param bandwidth how fast payload may pass
 */
public record EngineLimits(int maxConnections, SessionLimits sessions, BandwidthLimits bandwidth) {
    void check(Faults faults) {
        faults.check(maxConnections > 0, "connections must be 1 or more, not " + maxConnections);
    }
}
