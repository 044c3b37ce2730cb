package io.weir.wsgateway;

import java.time.Duration;

/**
 * What bounds a gateway. Immutable; tests make it smaller.
 *
 * @param maxConnections TCP connections; further ones are closed at once
 * @param maxClients WebSocket clients; further ones get 503
 * @param maxRows rows of one {@code connections} message
 * @param maxRowsBytes size at which a {@code connections} message takes no more rows
 * @param maxPartBytes size at which a part of a {@code changes} step takes no more rows
 * @param maxMessageBytes frame or message from a client; larger ones close with 1009
 * @param maxMessagesPerSecond frames from one client; more close with 1008
 * @param maxPendingBytes what may wait for one client before it is sent nothing more
 * @param headDeadline for the whole head of a request
 * @param idleTimeout for the answer to a request
 * @param trafficPeriod of the topic {@code traffic}
 * @param connectionsPeriod of the topics {@code connections} and {@code changes}
 * @param exchangesPeriod of the topic {@code mitm_detail}
 * @param logsPeriod at most so long a log line waits for company
 * @param pingPeriod between pings; a client that leaves two unanswered is dropped
 * @param stallLimit how long a client may take nothing before it is closed with 1013
 */
record GatewayLimits(
        int maxConnections,
        int maxClients,
        int maxRows,
        int maxRowsBytes,
        int maxPartBytes,
        int maxMessageBytes,
        int maxMessagesPerSecond,
        int maxPendingBytes,
        Duration headDeadline,
        Duration idleTimeout,
        Duration trafficPeriod,
        Duration connectionsPeriod,
        Duration exchangesPeriod,
        Duration logsPeriod,
        Duration pingPeriod,
        Duration stallLimit) {
    static final GatewayLimits DEFAULTS = new GatewayLimits(
            256,
            64,
            10_000,
            8 << 20,
            256 << 10,
            64 << 10,
            500,
            1 << 20,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(1),
            Duration.ofMillis(500),
            Duration.ofMillis(500),
            Duration.ofMillis(300),
            Duration.ofSeconds(20),
            Duration.ofSeconds(10));
}
