package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslHandler;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.tls.TlsFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one intercepted tunnel to its origin: one, as the tunnel would have, of which the end is the tunnel's end. Only when a client of HTTP/2
 * has an origin of HTTP/1.1 there are more, since such a connection carries one exchange at a time. Event loop of the tunnel.
 */
final class OriginLinks implements OriginDial.Listener {
    private static final int PARALLEL_MAX = 6;

    private record Waiting(InterceptedExchange exchange, RequestHead head, boolean last) {}

    private final InterceptedTunnel tunnel;
    private final TlsTarget target;
    private final List<Http1Origin> http1 = new ArrayList<>(1);
    private final List<OriginDial> dials = new ArrayList<>(1);
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(1);
    private final List<SocketChannel> channels = new ArrayList<>(1);
    private @Nullable Http2Origin http2;
    private Http2Settings settings = new Http2Settings();
    private boolean closed;

    /**
     * Makes the links.
     *
     * @param target for further connections
     */
    OriginLinks(InterceptedTunnel tunnel, TlsTarget target) {
        this.tunnel = tunnel;
        this.target = target;
    }

    /** Takes the connection that was opened with the tunnel. */
    void first(SocketChannel channel, OriginFacts facts, boolean isHttp2) {
        add(channel);
        if (isHttp2) {
            var origin = new Http2Origin(this, tunnel.loop(), channel, facts);
            http2 = origin;
            origin.begin();
        } else {
            beginHttp1(channel, facts);
        }
    }

    private Http1Origin beginHttp1(SocketChannel channel, OriginFacts facts) {
        var origin = new Http1Origin(this, tunnel.loop(), channel, facts);
        http1.add(origin);
        origin.begin();
        return origin;
    }

    private void add(SocketChannel channel) {
        channels.add(channel);
        channel.closeFuture().addListener(closing -> channels.remove(channel));
        tunnel.track(channel);
    }

    /** What the origin allows on its connection of HTTP/2; nothing before it has said so. */
    Http2Settings settings() {
        return settings;
    }

    /** Gives the exchange an origin, now or when one is free. */
    void carry(InterceptedExchange exchange, RequestHead head, boolean last) {
        Http2Origin shared = http2;
        if (shared != null) {
            if (shared.isOpen()) {
                exchange.carry(shared.open(exchange), head, last);
            } else {
                exchange.originFull("the origin takes no more streams on this connection");
            }
            return;
        }
        if (tunnel.isClientHttp2() && head.method().equals("CONNECT")) {
            exchange.refuse(Refusal.badRequest(
                    HttpResponseStatus.NOT_IMPLEMENTED,
                    "the origin speaks HTTP/1.1, to which CONNECT is not translated"));
            return;
        }
        waiting.removeIf(one -> one.exchange().isBroken());
        Http1Origin free = idle();
        if (free != null) {
            free.take(exchange);
            exchange.carry(free, head, last);
        } else if (tunnel.isClientHttp2() && !closed) {
            waiting.add(new Waiting(exchange, head, last));
            dialIfUseful();
        } else if (!http1.isEmpty() && !closed) {
            waiting.add(new Waiting(exchange, head, last)); // the end of the request before is still on its way
        } else {
            exchange.originGone(CloseReason.ORIGIN_ABORTED, "the origin has ended the connection");
        }
    }

    /** Passes on bytes between the tunnel's two connections. */
    void carryRaw(InterceptedExchange exchange, RequestHead nothing) {
        Http1Origin free = idle();
        if (free == null) {
            exchange.originGone(CloseReason.ORIGIN_ABORTED, "the origin has ended the connection");
            return;
        }
        free.takeRaw(exchange);
        exchange.carry(free, nothing, false);
        free.goRaw();
    }

    private @Nullable Http1Origin idle() {
        for (Http1Origin origin : http1) {
            if (origin.isIdle()) {
                return origin;
            }
        }
        return null;
    }

    private void dialIfUseful() {
        waiting.removeIf(one -> one.exchange().isBroken());
        if (dials.size() < waiting.size() && http1.size() + dials.size() < PARALLEL_MAX) {
            OriginDial dial = tunnel.dial(target, this);
            dials.add(dial);
            dial.begin();
        }
    }

    @Override
    public void reached(SocketChannel channel, OriginFacts facts, boolean isHttp2, boolean asked) {
        dials.removeIf(OriginDial::isOver);
        add(channel);
        if (isHttp2 || closed) {
            close(channel);
            Waiting next = waiting.poll();
            if (next != null) {
                next.exchange()
                        .originGone(
                                CloseReason.ORIGIN_ABORTED, "the origin spoke HTTP/1.1 a moment ago and HTTP/2 now");
            }
            dialIfUseful();
            return;
        }
        idle(beginHttp1(channel, facts));
    }

    @Override
    public void unreached(Refusal refusal, @Nullable TlsFailure why, boolean asked) {
        dials.removeIf(OriginDial::isOver);
        waiting.removeIf(one -> one.exchange().isBroken());
        Waiting next = waiting.poll();
        if (next != null) {
            if (refusal.reason() == CloseReason.DENIED) {
                tunnel.exchanges().deny(next.exchange(), refusal);
            } else {
                next.exchange().refuse(refusal);
            }
        }
        dialIfUseful(); // for those that wait still, as nobody else may
    }

    /** A connection of HTTP/1.1 can carry the next exchange. */
    void idle(Http1Origin origin) {
        Waiting next;
        while (origin.isIdle() && (next = waiting.poll()) != null) {
            if (!next.exchange().isBroken()) {
                origin.take(next.exchange());
                next.exchange().carry(origin, next.head(), next.last());
            }
        }
    }

    void settings(Http2Settings changed) {
        settings = settings.copyFrom(changed);
        tunnel.originSettings(settings);
    }

    /** The origin takes no more streams. */
    void goingAway() {
        tunnel.goAway();
    }

    /** Sends the end of the stream: close_notify, or FIN. */
    void endOutput(SocketChannel channel) {
        SslHandler tls = channel.pipeline().get(SslHandler.class);
        if (tls != null) {
            tls.closeOutbound();
        } else if (channel.isActive()) {
            channel.shutdownOutput();
        }
    }

    void close(SocketChannel channel) {
        channel.close();
    }

    void failed(SocketChannel channel, Throwable cause) {
        tunnel.failed(cause, false);
        channel.close();
    }

    void closed(Http1Origin origin) {
        http1.remove(origin);
        if (!tunnel.isClientHttp2()) {
            endWaiting("the origin has ended the connection");
        }
        boolean none = http1.isEmpty() && waiting.isEmpty() && dials.isEmpty();
        if (none && !(tunnel.isClientHttp2() && origin.saidItsEnd())) {
            tunnel.originClosed();
        } else {
            dialIfUseful();
        }
    }

    void closed(Http2Origin unused) {
        tunnel.originClosed();
    }

    /** Resets all connections, so that no origin takes a part for the whole. */
    void cutAll() {
        for (SocketChannel channel : List.copyOf(channels)) {
            InterceptedTunnel.reset(channel);
        }
        closeAll();
    }

    /** Whether what an origin said without being asked has found somebody to take it. */
    boolean spokeFirst() {
        return tunnel.first().originSpoke();
    }

    /** Closes all connections, those that are being opened too; what waits for one is refused. */
    void closeAll() {
        closed = true;
        dials.forEach(OriginDial::cancel);
        dials.clear();
        for (SocketChannel channel : List.copyOf(channels)) {
            channel.flush();
            channel.close();
        }
        endWaiting("the tunnel has ended");
    }

    private void endWaiting(String why) {
        Waiting next;
        while ((next = waiting.poll()) != null) {
            next.exchange().originGone(CloseReason.ORIGIN_ABORTED, why);
        }
    }
}
