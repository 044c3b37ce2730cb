package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;

/**
 * The origin's side of an {@link InterceptedExchange}: a connection of HTTP/1.1 that carries one exchange at a time, or a stream of HTTP/2.
 * Event loop only.
 *
 * <p>It calls {@link InterceptedExchange#originDone()} once, when none of the exchange's bytes will be read from the origin or
 * written to it any more.
 */
interface OriginSide {
    /** Sends the head; content follows unless it is the {@code last} of the request. */
    void request(RequestHead head, boolean last);

    /** Takes a piece of the request's body, and the reference to it; {@code last} ends the request. */
    void content(ByteBuf data, boolean last);

    /** Ends the request with trailers. */
    void trailers(HttpHeaders fields);

    /** Writes out what was given. */
    void flush();

    /** Whether it takes more without holding much; else the exchange hears of it when it does. */
    boolean isWritable();

    /** Bytes that it was given and the kernel has not taken. */
    int backlog();

    /**
     * So much of the response's body has passed on.
     *
     * @param keepsUp whether all before it has left us
     */
    void passedOn(int bytes, boolean keepsUp);

    /** Whether to read on of the response. */
    void readOn(boolean on);

    /** Nobody wants the rest of the exchange. */
    void abandon();

    /** What is known of the connection. */
    OriginFacts facts();
}
