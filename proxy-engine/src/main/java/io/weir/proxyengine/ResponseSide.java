package io.weir.proxyengine;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/**
 * The response of one {@link Exchange} on its way to the client: checked, rewritten, framed. What it means for the exchange is the
 * exchange's business. Event loop of the client's channel.
 */
final class ResponseSide {
    /** What to do next. */
    enum Step {
        GO_ON,
        /** The response is malformed, or more than anybody should have to read. */
        REFUSE,
        /** The protocol changes: the head was written, raw bytes follow. */
        SWITCH,
        /** The last piece was written, not flushed. */
        COMPLETE
    }

    private static final int INTERIM_MAX = 20;

    private final EngineLoop loop;
    private final SocketChannel client;
    private final HttpRequest request;
    private final boolean upgradeAsked;
    private final ChannelFutureListener whenWritten;
    private Body body = Body.NONE;
    private boolean begun;
    private boolean complete;
    private boolean switching;
    private boolean closeAfter;
    private boolean originKeepsAlive;
    private int status;
    private int interims;
    private @Nullable String fault;

    /**
     * Makes the side of one response.
     *
     * @param upgradeAsked whether the request asked for a WebSocket
     * @param whenWritten hears of the end of the last write
     */
    ResponseSide(
            EngineLoop loop,
            SocketChannel client,
            HttpRequest request,
            boolean upgradeAsked,
            ChannelFutureListener whenWritten) {
        this.loop = loop;
        this.client = client;
        this.request = request;
        this.upgradeAsked = upgradeAsked;
        this.whenWritten = whenWritten;
    }

    /** Whether the final response's head was written. */
    boolean isBegun() {
        return begun;
    }

    /** Whether its last piece was written. */
    boolean isComplete() {
        return complete;
    }

    /** Whether the client's connection ends after it. */
    boolean closesAfter() {
        return closeAfter;
    }

    /** Whether the origin keeps its connection after it. */
    boolean originKeepsAlive() {
        return originKeepsAlive;
    }

    /** Whether a client that is sent FIN takes what it has for the whole. */
    boolean endsWithFin() {
        return body == Body.UNTIL_CLOSE;
    }

    /** The final response's status code; 0 before it has begun. */
    int status() {
        return status;
    }

    /** Why it is refused, after {@link Step#REFUSE}. */
    String fault() {
        return fault == null ? "" : fault;
    }

    /**
     * Takes a head, interim or final.
     *
     * @param mayKeepAlive whether the client's connection may carry another exchange
     */
    Step head(HttpResponse response, boolean mayKeepAlive) {
        String found = MessageRules.fault(response, upgradeAsked && Fields.wantsWebSocket(response.headers()));
        if (found != null) {
            ReferenceCountUtil.release(response); // the decoder makes a full one of what is malformed
            return refuse(found);
        }
        int code = response.status().code();
        if (response.status().codeClass() == HttpStatusClass.INFORMATIONAL && code != 101) {
            return interim(response);
        }
        begun = true;
        status = code;
        switching = code == 101;
        originKeepsAlive =
                ForwardedHead.keepsAlive(response.headers(), response.protocolVersion()) && isDelimited(response);
        body = ForwardedHead.bodyToClient(response, request);
        closeAfter = !mayKeepAlive || body == Body.UNTIL_CLOSE;
        ForwardedHead.toClient(response, request, loop.http().via(), body, closeAfter);
        client.write(
                loop.http().heads().response(client.alloc(), response.status(), response.headers()),
                client.voidPromise());
        return Step.GO_ON;
    }

    /** Whether the origin's connection can outlive the response: it does not end with the connection. */
    private boolean isDelimited(HttpResponse response) {
        return MessageRules.isChunked(response.headers())
                || response.headers().contains(HttpHeaderNames.CONTENT_LENGTH)
                || ForwardedHead.bodyToClient(response, request) == Body.NONE;
    }

    /** 1xx goes to who can understand it (RFC 9110 §15.2); its end is not the response's. */
    private Step interim(HttpResponse response) {
        if (++interims > INTERIM_MAX) {
            return refuse("the origin sent more than " + INTERIM_MAX + " interim responses");
        }
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            Fields.removeHopByHop(response.headers());
            response.headers().remove(HttpHeaderNames.CONTENT_LENGTH);
            client.writeAndFlush(
                    loop.http().heads().response(client.alloc(), response.status(), response.headers()),
                    client.voidPromise());
        }
        return Step.GO_ON;
    }

    /** Takes a piece of the body, and the reference to it. */
    Step content(HttpContent content) {
        if (!begun) {
            ReferenceCountUtil.release(content); // the end of an interim response
            return Step.GO_ON;
        }
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            return refuse("the origin's body is malformed");
        }
        if (switching) {
            ReferenceCountUtil.release(content);
            return Step.SWITCH;
        }
        if (content instanceof LastHttpContent) {
            complete = true;
            body.write(client, content, client.newPromise().addListener(whenWritten));
            return Step.COMPLETE;
        }
        body.write(client, content, client.voidPromise());
        return Step.GO_ON;
    }

    private Step refuse(String why) {
        fault = why;
        return Step.REFUSE;
    }
}
