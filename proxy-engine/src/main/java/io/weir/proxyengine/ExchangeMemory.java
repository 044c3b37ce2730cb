package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange of a client connection leaves to the next, which is likely to ask the same of the same: its site, what the rules said, what limits it. Event loop of the
 * connection.
 */
final class ExchangeMemory {
    private final EngineLoop loop;
    private final SocketChannel client;
    private Site site = Site.NONE;
    private @Nullable Ruling ruling; // null if there were no rules
    private @Nullable PacedConnection paced; // null if nothing limits the exchanges

    ExchangeMemory(EngineLoop loop, SocketChannel client) {
        this.loop = loop;
        this.client = client;
    }

    /** Whom the latest exchange was for. */
    Site site() {
        return site;
    }

    /** Whom the request is for; null if its target is malformed. */
    @Nullable HttpTarget target(HttpRequest request) {
        HttpTarget target = HttpTarget.parse(request.uri(), request.method().equals(HttpMethod.OPTIONS), site);
        if (target != null) {
            site = target.site();
        }
        return target;
    }

    /** What the rules say of the exchange that begins; null if there are none. */
    @Nullable Ruling ruling(String method, Authority authority, Caller caller) {
        ruling = Ruling.next(ruling, loop, method, authority, caller);
        return ruling;
    }

    /** What limits the exchange that has an origin now; null if nothing does. */
    @Nullable PacedConnection paced(SessionMeter meter, Caller caller, @Nullable Ruling settled) {
        paced = PacedConnection.next(paced, loop.bandwidth(), client, meter, caller, settled);
        return paced;
    }

    /** Whether a limit keeps the client from being heard. */
    boolean isWaiting() {
        return paced != null && paced.isWaiting();
    }

    /** What limits the exchange, for who takes over its connections; null if nothing does. */
    @Nullable Bandwidth takeBandwidth() {
        PacedConnection limited = paced;
        paced = null;
        return limited == null ? null : limited.release();
    }

    /** An idle connection is not to keep the lists of rules that are gone. */
    void forgetOutdated() {
        if (ruling != null && ruling.isOutdated(loop)) {
            ruling = null;
        }
    }

    /** There is no next one. */
    void close() {
        if (paced != null) {
            paced.close();
            paced = null;
        }
    }
}
