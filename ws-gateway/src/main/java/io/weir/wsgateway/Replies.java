package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AttributeKey;
import org.jspecify.annotations.Nullable;

/** Answers requests. Every answer has the same security headers and ends its connection. Event loop of the channel. */
final class Replies {
    static final String JSON = "application/json";
    private static final AttributeKey<Boolean> SPEAKS_JSON = AttributeKey.valueOf(Replies.class, "speaksJson");
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data: blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; connect-src 'self'";

    private Replies() {}

    /**
     * The headers of every answer.
     *
     * @param host what the request named as our host, if that was checked: not every browser takes 'self' to mean
     *     WebSockets too
     */
    static HttpHeaders securityHeaders(@Nullable String host) {
        String sockets = host == null ? "" : " ws://" + host + " wss://" + host;
        return new DefaultHttpHeaders()
                .set("Content-Security-Policy", POLICY + sockets)
                .set("Referrer-Policy", "no-referrer")
                .set("X-Content-Type-Options", "nosniff")
                .set("X-Frame-Options", "DENY")
                .set("Cross-Origin-Opener-Policy", "same-origin")
                .set("Cross-Origin-Resource-Policy", "same-origin")
                .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
    }

    /** Answers with a body; takes over the reference. */
    static void send(Channel channel, HttpResponseStatus status, String contentType, ByteBuf body) {
        send(channel, response(status, contentType, body));
    }

    /** Answers with JSON; takes over the reference. */
    static void send(Channel channel, Answer answer) {
        FullHttpResponse response = response(answer.status(), JSON, answer.body());
        if (answer.status().equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, 1);
        }
        if (!answer.tag().isEmpty()) {
            response.headers().set(HttpHeaderNames.ETAG, answer.tag());
        }
        send(channel, response);
    }

    /** From now on what goes wrong on this connection is told as {@code {"error":"…"}}, as programs expect. */
    static void speakJson(Channel channel) {
        channel.attr(SPEAKS_JSON).set(true);
    }

    /** Answers with the status alone, and its name for people. */
    static void refuse(Channel channel, HttpResponseStatus status) {
        refuse(channel, status, status.reasonPhrase());
    }

    /** Answers with the status, and what is wrong for people. */
    static void refuse(Channel channel, HttpResponseStatus status, String message) {
        refuse(channel, status, message, "GET, HEAD");
    }

    /** Answers that a path is there, but not for this method. */
    static void refuseMethod(Channel channel, String allowed) {
        HttpResponseStatus status = HttpResponseStatus.METHOD_NOT_ALLOWED;
        refuse(channel, status, status.reasonPhrase(), allowed);
    }

    private static void refuse(Channel channel, HttpResponseStatus status, String message, String allowedMethods) {
        FullHttpResponse response = channel.hasAttr(SPEAKS_JSON)
                ? response(
                        status,
                        JSON,
                        Answer.error(channel.alloc(), status, message).body())
                : response(status, TEXT, ByteBufUtil.writeUtf8(channel.alloc(), message + "\n"));
        if (status.equals(HttpResponseStatus.UNAUTHORIZED)) {
            response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer");
        } else if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
            response.headers().set(HttpHeaderNames.ALLOW, allowedMethods);
        } else if (status.equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
            response.headers()
                    .set(HttpHeaderNames.UPGRADE, "websocket")
                    .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        } else if (status.equals(HttpResponseStatus.TOO_MANY_REQUESTS)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, 60);
        } else if (status.equals(HttpResponseStatus.SERVICE_UNAVAILABLE)) {
            response.headers().set(HttpHeaderNames.RETRY_AFTER, 1);
        }
        send(channel, response);
    }

    /**
     * Stores the token as a cookie and goes on to the page, whose address does not have it.
     *
     * @param isSecure whether we are reached over TLS, so that the cookie goes nowhere else
     */
    static void welcome(Channel channel, String cookieName, GatewayToken token, boolean isSecure) {
        FullHttpResponse response =
                response(HttpResponseStatus.SEE_OTHER, TEXT, channel.alloc().buffer(0));
        response.headers()
                .set(HttpHeaderNames.LOCATION, "/")
                .set(
                        HttpHeaderNames.SET_COOKIE,
                        cookieName + "=" + token.value() + "; HttpOnly; SameSite=Strict; Path=/"
                                + (isSecure ? "; Secure" : ""));
        send(channel, response);
    }

    /** A response to be sent with {@link #send(Channel, FullHttpResponse)}; takes over the reference to the body. */
    static FullHttpResponse response(HttpResponseStatus status, String contentType, ByteBuf body) {
        FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
        response.headers()
                .setAll(securityHeaders(null))
                .set(HttpHeaderNames.CONTENT_TYPE, contentType)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes())
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return response;
    }

    /** Sends it and ends the connection. */
    static void send(Channel channel, FullHttpResponse response) {
        Farewell.answer(channel, response);
    }
}
