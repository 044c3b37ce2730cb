package io.weir.eventbus;

/**
 * A request and its response are over, well or not: the facts of one exchange that was read, without secrets. Immutable.
 *
 * <p>It belongs to the session of the same id, and comes before or after that session's close; it adds to no total.
 *
 * @param sessionId the exchange's session
 * @param parentId the intercepted tunnel that it was in; 0 for a plain exchange
 * @param protocol the session's
 * @param remote address and port of the client
 * @param host authority that the request was for, with its port
 * @param method of the request; empty if it could not be read
 * @param url target with its scheme; values of the query that may be secret are replaced
 * @param status status code that the client got; 0 if none
 * @param clientProtocol what was spoken with the client, such as {@code HTTP/1.1} or {@code HTTP/2}
 * @param originProtocol what was spoken with the origin; empty if nothing was
 * @param originAddress address and port that were connected; empty if none was
 * @param originCertificate SHA-256 of the origin's certificate, in lower-case hex; empty if it showed none
 * @param request the request's fields and body
 * @param response the response's, as it was received from the origin
 * @param messages the sizes of the messages on both legs: the session's totals when the exchange was over
 * @param wire what crossed the sockets of the tunnel meanwhile, TLS records included, from the read that brought the request's head; concurrent
 *     exchanges of one tunnel share it. Without TLS the same as {@code messages}
 * @param times when what happened
 * @param framesUp frames of a WebSocket that the client sent; 0 if it is none
 * @param framesDown frames of a WebSocket that the origin sent
 * @param error why it was not completed, for people; empty if it was
 */
public record ExchangeCompleted(
        long sessionId,
        long parentId,
        SessionProtocol protocol,
        String remote,
        String host,
        String method,
        String url,
        int status,
        String clientProtocol,
        String originProtocol,
        String originAddress,
        String originCertificate,
        MessageFacts request,
        MessageFacts response,
        Tally messages,
        Tally wire,
        ExchangeTimes times,
        long framesUp,
        long framesDown,
        String error)
        implements LedgerEvent {
    /** When it was over, in ms since the epoch. */
    public long completedAtMillis() {
        return times.startedAtMillis() + Math.max(0, times.lastByteMicros()) / 1000;
    }
}
