package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.tls.Leaf;
import io.weir.proxyengine.tls.TlsFailure;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS with the client of an intercepted tunnel, and then what it speaks in it. Event loop of the tunnel.
 *
 * <p>A client that does not take our certificate, by an alert or by leaving at once and without a word, is not asked again for a while: its next tunnel
 * to that host is passed on unread. One that has used a tunnel to that host before may leave some unused: browsers open more than they need.
 */
final class ClientHandshake {
    private static final Logger log = LoggerFactory.getLogger(ClientHandshake.class);

    /** A client that checks a pin when the handshake is over leaves at once; one that connects in advance stays longer. */
    private static final long LEFT_AT_ONCE_NANOS = 1_000_000_000L;

    private final TunnelEnds ends;
    private final InterceptedTunnel tunnel;
    private final SocketChannel client;
    private final String name;
    private final @Nullable String protocol;
    private final PlainAlert alert = new PlainAlert();
    private boolean hasSpoken;

    /**
     * Makes it; {@link #begin} starts it.
     *
     * @param name for whom the certificate is
     * @param protocol what to agree on by ALPN; null if the client knows none
     */
    ClientHandshake(TunnelEnds ends, InterceptedTunnel tunnel, String name, @Nullable String protocol) {
        this.ends = ends;
        this.tunnel = tunnel;
        this.name = name;
        this.protocol = protocol;
        client = ends.client();
    }

    /** Takes over the reference to what the client has said. */
    void begin(Leaf leaf, ByteBuf hello) {
        SslHandler tls = ends.interception().clientTls().handler(client.alloc(), leaf, protocol);
        tls.setHandshakeTimeoutMillis(ends.loop().config().timeouts().head().toMillis());
        WriteMeter.of(client).target(ends.meter(), Leg.DOWN);
        var reads = new ReadMeter(ends.meter(), Leg.ofPayload(client));
        client.pipeline().addLast(reads, alert, tls, new FirstWord(), new EndTeller(true, tunnel::finSeen), new Ear());
        tls.handshakeFuture().addListener((Future<Channel> done) -> finished(done.cause()));
        client.pipeline().context(reads).fireChannelRead(hello);
        client.pipeline().context(reads).fireChannelReadComplete();
        if (client.isActive()) {
            client.config().setAutoRead(true);
        }
    }

    private void finished(@Nullable Throwable cause) {
        if (client.pipeline().context(alert) != null) {
            client.pipeline().remove(alert);
        }
        if (cause != null) {
            failed(TlsFailure.of(cause));
        } else if (TlsTarget.HTTP_2.equals(protocol)) {
            watch();
            removeEar();
            tunnel.serveHttp2();
        } else {
            watch();
            if (protocol == null) {
                Ear ear = client.pipeline().get(Ear.class);
                tunnel.first().whenOrigin(ear::isNotHttp);
            } else {
                removeEar();
                tunnel.serveHttp1();
            }
        }
    }

    private void removeEar() {
        client.pipeline().remove(Ear.class);
    }

    private void failed(TlsFailure why) {
        log.debug("client's handshake failed session={} {}", ends.meter().id(), why.message());
        if (why.kind() == TlsFailure.Kind.PEER_REFUSED_CERTIFICATE || alert.refusesCertificate()) {
            refused("the client does not accept our certificate");
        } else if (why.kind() == TlsFailure.Kind.CLOSED) {
            left(true);
        }
        tunnel.clientClosed(CloseReason.CLIENT_TLS_FAILED);
        client.close();
    }

    private void refused(String why) {
        ends.interception().bypass(ends.loop(), ends.meter(), name, ends.authority(), ends.clientAddress(), why);
    }

    private void left(boolean inHandshake) {
        ends.interception()
                .leftUnused(ends.loop(), ends.meter(), name, ends.authority(), ends.clientAddress(), inHandshake);
    }

    /** Looks, when the client leaves, whether it has said anything. */
    private void watch() {
        long since = System.nanoTime();
        client.closeFuture().addListener(closed -> {
            boolean atOnce = System.nanoTime() - since < LEFT_AT_ONCE_NANOS;
            if (atOnce && !hasSpoken && tunnel.isUnused() && ends.meter().isOpen()) {
                left(false);
            }
        });
    }

    /** Remembers that the client has said something, be it only that it speaks HTTP/2. */
    private final class FirstWord extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            hasSpoken = true;
            ctx.fireChannelRead(msg);
            ctx.pipeline().remove(this);
        }
    }

    /** Hears the first decrypted bytes of a client that has not said by ALPN what it speaks. */
    private final class Ear extends ChannelInboundHandlerAdapter {
        private final ByteBuf said = client.alloc().buffer(256);
        private @Nullable Future<?> patience;
        private boolean over;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (over || !(msg instanceof ByteBuf bytes)) {
                ctx.fireChannelRead(msg);
                return;
            }
            said.writeBytes(bytes);
            ReferenceCountUtil.release(msg);
            switch (HttpGuess.of(said)) {
                case HTTP_1 -> decided(ctx, true);
                case UNKNOWN -> waitForMore(ctx);
                default -> decided(ctx, false);
            }
        }

        /** Who speaks HTTP says more than this at once; who waits for an answer to it would wait in vain. */
        private void waitForMore(ChannelHandlerContext ctx) {
            if (patience == null) {
                patience = ctx.executor().schedule(this::isNotHttp, FirstBytes.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }

        /** The origin spoke first, which it does not in HTTP; or the client waits with what it has said. */
        void isNotHttp() {
            if (!over) {
                decided(client.pipeline().context(this), false);
            }
        }

        private void decided(ChannelHandlerContext ctx, boolean isHttp) {
            over = true;
            if (isHttp) {
                tunnel.serveHttp1();
            } else {
                tunnel.serveRaw();
            }
            ctx.fireChannelRead(said.retain());
            ctx.fireChannelReadComplete();
            ctx.pipeline().remove(this);
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            over = true;
            if (patience != null) {
                patience.cancel(false);
            }
            said.release();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof StreamEnd && !over) {
                tunnel.end(CloseReason.COMPLETED);
            }
            ctx.fireUserEventTriggered(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (over) {
                ctx.fireChannelInactive();
            } else {
                tunnel.clientClosed(CloseReason.CLIENT_RESET);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (over) {
                ctx.fireExceptionCaught(cause);
            } else {
                log.debug("client's connection failed session={}", ends.meter().id(), cause);
                ctx.close();
            }
        }
    }
}
