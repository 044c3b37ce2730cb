package io.weir.aggregator;

/**
 * A session that was closed. Immutable.
 *
 * @param sequence number of the event that closed it, which no other session has
 * @param info the session with its final figures
 */
public record ClosedSession(long sequence, ConnectionInfo info) {}
