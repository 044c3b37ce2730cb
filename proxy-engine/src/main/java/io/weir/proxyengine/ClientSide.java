package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.weir.eventbus.CloseReason;

/**
 * The client's side of an {@link InterceptedExchange}: a connection of HTTP/1.1 that carries one exchange at a time, or a stream of HTTP/2.
 * Event loop only.
 *
 * <p>It calls {@link InterceptedExchange#clientDone()} once, when none of the exchange's bytes will be read from the client or
 * written to it any more.
 */
interface ClientSide {
    void interim(ResponseHead head);

    /** Begins the response; content follows. */
    void response(ResponseHead head);

    /** Takes a piece of the response's body, and the reference to it; {@code last} ends the response. */
    void content(ByteBuf data, boolean last);

    /** Ends the response with trailers. */
    void trailers(HttpHeaders fields);

    /** Writes out what was given. */
    void flush();

    /** Whether it takes more without holding much; else the exchange hears of it when it does. */
    boolean isWritable();

    /** Bytes that it was given and the kernel has not taken. */
    int backlog();

    /**
     * So much of the request's body has passed on.
     *
     * @param keepsUp whether all before it has left us
     */
    void passedOn(int bytes, boolean keepsUp);

    /** Whether to read on of the request's body. */
    void readOn(boolean on);

    /** Nobody takes the rest of the request any more, whose answer was given whole. */
    void requestUnwanted();

    /** Answers in the origin's stead; the request, whatever is left of it, goes nowhere. */
    void refuse(Refusal refusal);

    /**
     * Ends the exchange in its middle so that the client sees that it is not complete.
     *
     * @param error what a client of HTTP/2 is told
     */
    void breakOff(CloseReason reason, Http2Error error);

    /** Whether the client can be told why a stream broke off. */
    boolean isHttp2();
}
