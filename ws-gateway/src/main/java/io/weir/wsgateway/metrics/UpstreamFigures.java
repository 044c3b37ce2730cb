package io.weir.wsgateway.metrics;

/**
 * How a proxy is that sessions go through. Immutable.
 *
 * @param isUp whether it worked when it was tried last
 * @param sessions that go through it now
 * @param latencyMicros how long it took lately to be reached; 0 if it never was
 */
public record UpstreamFigures(String name, boolean isUp, int sessions, long latencyMicros) {}
