package io.weir.eventbus;

/**
 * When what happened in an exchange. Immutable. All but the first are spans in microseconds; {@link #NEVER} stands for what did not
 * happen, or had happened before this exchange.
 *
 * @param startedAtMillis when the request's head was complete, in ms since the epoch
 * @param connectMicros how long it took to resolve and connect the origin
 * @param tlsMicros how long the handshake with the origin took
 * @param firstByteMicros from the start to the head of the response
 * @param lastByteMicros from the start to the end of the exchange
 */
public record ExchangeTimes(
        long startedAtMillis, long connectMicros, long tlsMicros, long firstByteMicros, long lastByteMicros) {
    /** Did not happen in this exchange. */
    public static final long NEVER = -1;
}
