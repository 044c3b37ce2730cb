package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Set;

/**
 * The request of one {@link Exchange} on its way to the origin: rewritten, framed, written. Event loop of the client's channel.
 */
final class RequestSide {
    private static final Set<HttpMethod> IDEMPOTENT =
            Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS, HttpMethod.TRACE);

    private final EngineLoop loop;
    private final HttpRequest request;
    private final HttpTarget target;
    private final HttpVersion received;
    private final boolean keepsAlive;
    private final boolean asksForUpgrade;
    private final Body body;
    private boolean complete;

    /**
     * Makes the side of one request.
     *
     * @param received the version of HTTP in which it came, which may be another than the head's
     */
    RequestSide(EngineLoop loop, HttpRequest request, HttpTarget target, HttpVersion received) {
        this.loop = loop;
        this.request = request;
        this.target = target;
        this.received = received;
        keepsAlive = ForwardedHead.keepsAlive(request.headers(), request.protocolVersion());
        body = ForwardedHead.bodyToOrigin(request.headers());
        asksForUpgrade = body == Body.NONE
                && request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && Fields.wantsWebSocket(request.headers());
        complete = body == Body.NONE;
    }

    HttpRequest head() {
        return request;
    }

    HttpTarget target() {
        return target;
    }

    /** Whether the client wants its connection to carry another exchange. */
    boolean keepsAlive() {
        return keepsAlive;
    }

    /** Whether it asks for a WebSocket. */
    boolean asksForUpgrade() {
        return asksForUpgrade;
    }

    /** Whether all of it has come from the client. */
    boolean isComplete() {
        return complete;
    }

    /** Whether it may be sent again when nothing is known of what became of the first time (RFC 9110 §9.2.2). */
    boolean isRepeatable() {
        return body == Body.NONE && IDEMPOTENT.contains(request.method());
    }

    /** Makes the fields those that the origin gets. Once. */
    void rewrite() {
        ForwardedHead.toOrigin(request, target, loop.http().via().after(received), asksForUpgrade);
    }

    /** Writes the head, not flushed. An upstream is told who we are, never who the client is. */
    void writeHead(OriginHandler connection) {
        SocketChannel origin = connection.channel();
        Passage passage = connection.passage();
        boolean isAbsolute = connection.takesAbsoluteForm();
        if (passage != null) {
            String authorization = isAbsolute ? passage.node().authorization() : "";
            if (authorization.isEmpty()) {
                request.headers().remove(HttpHeaderNames.PROXY_AUTHORIZATION); // of another upstream, that failed
            } else {
                request.headers().set(HttpHeaderNames.PROXY_AUTHORIZATION, authorization);
            }
        }
        String asked = isAbsolute ? target.absoluteForm() : target.originForm();
        origin.write(
                loop.http().heads().request(origin.alloc(), request.method().name(), asked, request.headers()),
                origin.voidPromise());
    }

    /** Writes a piece of the body, not flushed; takes over the reference. */
    void write(Channel origin, HttpContent content) {
        complete = content instanceof LastHttpContent;
        body.write(origin, content, origin.voidPromise());
    }
}
