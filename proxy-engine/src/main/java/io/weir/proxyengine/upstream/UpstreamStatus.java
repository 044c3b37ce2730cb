package io.weir.proxyengine.upstream;

/**
 * How an upstream is, at a moment. Immutable.
 *
 * @param address host and port
 * @param isUp whether it worked when it was tried last
 * @param sinceMillis since when that is so, in ms since the epoch
 * @param sessions that go through it
 * @param latencyMicros how long it took lately to be reached, TLS included; 0 if it never was
 */
public record UpstreamStatus(
        String name,
        UpstreamKind kind,
        String address,
        boolean isUp,
        long sinceMillis,
        int sessions,
        long latencyMicros) {}
