package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/** Turns the fields of a received message into those of the message that is sent on (RFC 9110 §7.6). Stateless. */
final class ForwardedHead {
    private ForwardedHead() {}

    /**
     * Rewrites the request's fields in place, for the origin.
     *
     * @param via what the request's Via says of this node
     * @param upgrade whether it asks for a WebSocket, which is passed on
     */
    static HttpHeaders toOrigin(HttpRequest request, HttpTarget target, String via, boolean upgrade) {
        HttpHeaders headers = request.headers();
        boolean chunked = MessageRules.isChunked(headers);
        boolean trailers = headers.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
        Fields.removeHopByHop(headers);
        LocalAnswer.countHop(request);
        if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            headers.remove(HttpHeaderNames.EXPECT); // such a client waits for no interim response (RFC 9110 §10.1.1)
        }
        headers.set(HttpHeaderNames.HOST, target.site().hostField());
        headers.add(HttpHeaderNames.VIA, via);
        if (chunked) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (upgrade) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        } else if (trailers) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
            headers.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
        }
        return headers;
    }

    /**
     * Rewrites the response's fields in place, for the client.
     *
     * @param body how the body goes to the client
     * @param close whether the connection ends after it
     */
    static HttpHeaders toClient(HttpResponse response, HttpRequest request, Via via, Body body, boolean close) {
        HttpHeaders headers = response.headers();
        boolean upgraded = response.status().code() == 101;
        Fields.removeHopByHop(headers);
        headers.add(HttpHeaderNames.VIA, via.after(response.protocolVersion()));
        if (response.status().code() == 204) {
            headers.remove(HttpHeaderNames.CONTENT_LENGTH);
        }
        if (body == Body.CHUNKED) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
        }
        if (upgraded) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
            headers.set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET);
        } else if (close) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
        return headers;
    }

    /** Whether the connection that brought the message may bring another (RFC 9112 §9.3). */
    static boolean keepsAlive(HttpHeaders headers, HttpVersion version) {
        if (Fields.connectionHas(headers, HttpHeaderValues.CLOSE)) {
            return false;
        }
        return version.equals(HttpVersion.HTTP_1_1) || Fields.connectionHas(headers, HttpHeaderValues.KEEP_ALIVE);
    }

    /** How the body of {@code response} goes to a client that sent {@code request}. */
    static Body bodyToClient(HttpResponse response, HttpRequest request) {
        int code = response.status().code();
        if (request.method().equals(HttpMethod.HEAD) || code < 200 || code == 204 || code == 304) {
            return Body.NONE;
        }
        HttpHeaders headers = response.headers();
        if (!MessageRules.isChunked(headers) && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
            return Body.LENGTH;
        }
        return request.protocolVersion().equals(HttpVersion.HTTP_1_1) ? Body.CHUNKED : Body.UNTIL_CLOSE;
    }

    /** How the body of {@code request} goes to the origin. */
    static Body bodyToOrigin(HttpHeaders headers) {
        if (MessageRules.isChunked(headers)) {
            return Body.CHUNKED;
        }
        return MessageRules.contentLength(headers) > 0 ? Body.LENGTH : Body.NONE;
    }
}
