package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.tls.ClientHelloReader;
import io.weir.proxyengine.tls.TlsFailure;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel that stands and may be intercepted, until its first bytes say what it carries: TLS that may hold HTTP, HTTP, or anything else. Event loop of
 * both channels.
 *
 * <p>Anything else is what an origin says first, what a client says that is neither, a client that has begun to speak and is not
 * understood after {@value #PATIENCE_MILLIS} ms, and either side's end. It becomes a tunnel like any other, with all that has come. While both are silent
 * nothing is kept from anybody, so that has more time: a ClientHello arrives a round trip after our answer, however long that is.
 */
final class FirstBytes implements ActiveSession {
    private static final Logger log = LoggerFactory.getLogger(FirstBytes.class);
    private static final int OK = 200;
    static final long PATIENCE_MILLIS = 200;
    private static final int TLS_HANDSHAKE = 22;

    private final TunnelEnds ends;
    private final EngineLoop loop;
    private final SessionMeter meter;
    private final SocketChannel client;
    private final SocketChannel origin;
    private final long connectMicros;
    private final ByteBuf said;
    private Future<?> patience;
    private boolean begun;
    private boolean isTls;
    private boolean over;

    /**
     * Makes it; {@link #begin} starts it.
     *
     * @param connectMicros how long it took to resolve and connect the origin
     */
    FirstBytes(TunnelEnds ends, SocketChannel origin, long connectMicros) {
        this.ends = ends;
        loop = ends.loop();
        meter = ends.meter();
        client = ends.client();
        this.origin = origin;
        this.connectMicros = connectMicros;
        said = client.alloc().buffer(1024);
        long silenceMillis = loop.config().timeouts().head().toMillis();
        patience = loop.eventLoop().schedule(() -> passOn(Unpooled.EMPTY_BUFFER), silenceMillis, TimeUnit.MILLISECONDS);
    }

    /**
     * Puts itself behind both pipelines. The caller then takes its own handlers out, so that what they hold passes on, and calls
     * {@link #run}.
     */
    void begin() {
        loop.sessions().register(meter, this);
        client.pipeline().addLast(new Ear(true));
        origin.pipeline().addLast(new Ear(false));
    }

    void run() {
        if (over) {
            return;
        }
        UpstreamHandshake.release(origin, false);
        if (over) {
            return;
        }
        if (!client.isActive() || !origin.isActive() || client.isInputShutdown() || origin.isInputShutdown()) {
            passOn();
            return;
        }
        client.config().setAutoRead(true);
        origin.config().setAutoRead(true);
    }

    private void heard(ByteBuf bytes) {
        said.writeBytes(bytes);
        decide();
    }

    private void decide() {
        boolean begins = !begun;
        begun = true;
        if (said.getUnsignedByte(said.readerIndex()) == TLS_HANDSHAKE) {
            decideTls();
            return;
        }
        switch (HttpGuess.of(said)) {
            case HTTP_1 -> http(false);
            case HTTP_2 -> http(true);
            case OTHER -> passOn();
            case UNKNOWN -> {
                if (begins) {
                    patience.cancel(false);
                    patience = patience(PATIENCE_MILLIS);
                }
            }
        }
    }

    private Future<?> patience(long millis) {
        return loop.eventLoop().schedule(() -> passOn(Unpooled.EMPTY_BUFFER), millis, TimeUnit.MILLISECONDS);
    }

    private void decideTls() {
        if (!isTls) { // it has said something, and has some more time for the rest
            isTls = true;
            patience.cancel(false);
            patience = patience(loop.config().timeouts().head().toMillis());
        }
        ClientHelloReader.Result hello = ClientHelloReader.read(said);
        switch (hello.state()) {
            case INCOMPLETE -> {}
            case COMPLETE -> hello(hello);
            default -> passOn();
        }
    }

    private void hello(ClientHelloReader.Result hello) {
        String name = hello.serverName().isEmpty() ? ends.authority().host() : hello.serverName();
        List<String> protocols = hello.alpn().stream()
                .filter(each -> each.equals(TlsTarget.HTTP_2) || each.equals(TlsTarget.HTTP_1_1))
                .toList();
        boolean isOther = protocols.isEmpty() && !hello.alpn().isEmpty();
        if (isOther
                || hello.malformedName()
                || !ends.interception().opens(name, ends.authority(), ends.clientAddress(), ends.ruling())) {
            passOn();
            return;
        }
        leave();
        Leg.ofPayload(client).count(meter, said.readableBytes());
        new TlsOpening(ends, new TlsTarget(true, name, protocols, hello.postQuantum()), said)
                .begin(origin, connectMicros);
    }

    private void http(boolean isHttp2) {
        if (!ends.interception()
                .opens(ends.authority().host(), ends.authority(), ends.clientAddress(), ends.ruling())) {
            passOn();
            return;
        }
        leave();
        Leg.ofPayload(client).count(meter, said.readableBytes());
        meter.protocolDetected(SessionProtocol.HTTP_MITM);
        TlsTarget target = TlsTarget.plain(ends.authority().host(), isHttp2);
        var tunnel = new InterceptedTunnel(ends, target);
        tunnel.begin();
        WriteMeter.of(client).target(meter, Leg.DOWN);
        var reads = new ReadMeter(meter, Leg.ofPayload(client));
        client.pipeline().addLast(reads, new EndTeller(false, tunnel::finSeen));
        tunnel.dial(target, new OriginDial.Listener() {
                    @Override
                    public void reached(SocketChannel channel, OriginFacts facts, boolean http2, boolean asked) {
                        tunnel.links().first(channel, facts, http2);
                    }

                    @Override
                    public void unreached(Refusal refusal, @Nullable TlsFailure why, boolean asked) {
                        throw new IllegalStateException("a connection that stands without TLS has no handshake");
                    }
                })
                .begin(origin, connectMicros);
        if (isHttp2) {
            tunnel.serveHttp2();
        } else {
            tunnel.serveHttp1();
        }
        client.pipeline().context(reads).fireChannelRead(said);
        client.pipeline().context(reads).fireChannelReadComplete();
    }

    /** Becomes a tunnel like any other. */
    private void passOn() {
        passOn(Unpooled.EMPTY_BUFFER);
    }

    private void passOn(ByteBuf answered) {
        if (!over) {
            leave();
            PlainTunnel.begin(ends, origin, said, answered);
        }
    }

    private void leave() {
        over = true;
        patience.cancel(false);
        loop.sessions().unregister(meter);
        client.config().setAutoRead(false);
        origin.config().setAutoRead(false);
        removeEar(client.pipeline());
        removeEar(origin.pipeline());
    }

    private static void removeEar(ChannelPipeline pipeline) {
        if (pipeline.get(Ear.class) != null) {
            pipeline.remove(Ear.class);
        }
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** Somebody ended the session, or the client is gone. */
    @Override
    public void abort(CloseReason reason) {
        if (over) {
            return;
        }
        leave();
        Leg.ofPayload(client).count(meter, said.readableBytes());
        said.release();
        for (SocketChannel side : List.of(client, origin)) {
            if (side.isActive()) {
                side.config().setSoLinger(0);
            }
            side.close();
        }
        loop.eventLoop().execute(() -> meter.close(reason, OK)); // after the writes that failed with the channels
    }

    /** Hears what one side says first. */
    private final class Ear extends ChannelInboundHandlerAdapter {
        private final boolean isClient;

        Ear(boolean isClient) {
            this.isClient = isClient;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object msg) {
            if (over || !(msg instanceof ByteBuf bytes)) {
                ctx.fireChannelRead(msg);
            } else if (isClient) {
                try {
                    heard(bytes);
                } finally {
                    ReferenceCountUtil.release(msg);
                }
            } else {
                passOn(bytes);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof ChannelInputShutdownEvent && !over) {
                passOn();
            } else {
                ctx.fireUserEventTriggered(event);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            abort(isClient ? CloseReason.CLIENT_RESET : CloseReason.ORIGIN_RESET);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) {
                log.error("tunnel failed session={}", meter.id(), cause);
                abort(CloseReason.INTERNAL_ERROR);
            }
            abort(isClient ? CloseReason.CLIENT_RESET : CloseReason.ORIGIN_RESET);
        }
    }
}
