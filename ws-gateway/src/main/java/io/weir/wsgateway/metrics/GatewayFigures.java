package io.weir.wsgateway.metrics;

/**
 * The gateway's own figures. Immutable.
 *
 * @param dashboards that are connected
 * @param pendingBytes that wait to be written to them
 * @param wrongTokens presented since the start
 */
public record GatewayFigures(int dashboards, long pendingBytes, long wrongTokens) {}
