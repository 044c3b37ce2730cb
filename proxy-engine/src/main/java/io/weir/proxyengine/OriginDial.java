package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.SessionMeter;
import io.weir.proxyengine.tls.OriginTls;
import io.weir.proxyengine.tls.TlsFailure;
import org.jspecify.annotations.Nullable;

/**
 * One way to a connection on which an intercepted tunnel can speak with its origin: connect, unless that was done, then TLS, if there is to be any.
 * What it reads and writes counts for the tunnel. Event loop of the tunnel.
 */
final class OriginDial implements ConnectListener {
    /** Learns how it ended: one of the two, once, unless it was given up. */
    interface Listener {
        /**
         * The channel is the listener's; it reads nothing until told to, and what it has said waits in {@link HeldInput}.
         *
         * @param isHttp2 whether that was agreed on
         * @param askedForCertificate whether the origin would like to know who the client is
         */
        void reached(SocketChannel channel, OriginFacts facts, boolean isHttp2, boolean askedForCertificate);

        /**
         * The connection is closed, if there was one.
         *
         * @param refusal what to tell the client
         * @param why the handshake's failure; null if it did not come to that
         */
        void unreached(Refusal refusal, @Nullable TlsFailure why, boolean askedForCertificate);
    }

    private final EngineLoop loop;
    private final Interception interception;
    private final SessionMeter meter;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private final TlsTarget target;
    private final Listener listener;
    private final long sinceNanos = System.nanoTime();
    private long connectMicros = ExchangeTimes.NEVER;
    private long tlsSinceNanos;
    private @Nullable Connecting attempt;
    private @Nullable SocketChannel channel;
    private boolean over;

    OriginDial(
            EngineLoop loop,
            Interception interception,
            SessionMeter meter,
            Authority authority,
            @Nullable Ruling ruling,
            TlsTarget target,
            Listener listener) {
        this.loop = loop;
        this.interception = interception;
        this.meter = meter;
        this.authority = authority;
        this.ruling = ruling;
        this.target = target;
        this.listener = listener;
    }

    /** Connects first. */
    void begin() {
        attempt = loop.ways().outbound().connect(new Wish(authority, ruling, meter, true), null, this);
    }

    /** Goes on with a connection that stands. */
    void begin(SocketChannel connected, long micros) {
        connectMicros = micros;
        handshake(connected);
    }

    @Override
    public void connected(Channel connected) {
        if (over) {
            connected.close();
            return;
        }
        connectMicros = microsSince(sinceNanos);
        connected.pipeline().addLast(new WriteMeter());
        handshake((SocketChannel) connected);
    }

    @Override
    public void failed(Refusal refusal) {
        if (!over) {
            over = true;
            listener.unreached(refusal, null, false);
        }
    }

    private void handshake(SocketChannel connected) {
        channel = connected;
        meter.originConnected(Addresses.text(connected.remoteAddress()));
        WriteMeter.of(connected).target(meter, Leg.ORIGIN_UP);
        ChannelPipeline pipeline = connected.pipeline();
        pipeline.addLast(new ReadMeter(meter, Leg.ORIGIN_DOWN));
        tlsSinceNanos = System.nanoTime();
        if (!target.isTls()) {
            pipeline.addLast(new EndTeller(false, () -> {}), new HeldInput());
            UpstreamHandshake.release(connected, true);
            over = true;
            listener.reached(
                    connected, facts(connected, "", target.isHttp2(), ExchangeTimes.NEVER), target.isHttp2(), false);
            return;
        }
        SslHandler tls = interception
                .originTls()
                .handler(
                        connected.alloc(),
                        target.name(),
                        authority.port(),
                        target.protocols(),
                        interception.verifies(target.name(), authority),
                        target.postQuantum());
        tls.setHandshakeTimeoutMillis(loop.config().timeouts().connect().toMillis());
        pipeline.addLast(tls, new EndTeller(true, () -> {}), new HeldInput());
        UpstreamHandshake.release(connected, true);
        tls.handshakeFuture().addListener((Future<Channel> done) -> finished(connected, tls, done.cause()));
        connected.config().setAutoRead(true);
    }

    private void finished(SocketChannel connected, SslHandler tls, @Nullable Throwable cause) {
        boolean asked = interception.originTls().askedForCertificate(tls);
        if (over) {
            InterceptedTunnel.reset(connected);
            return;
        }
        over = true;
        if (cause != null) {
            TlsFailure failure = TlsFailure.of(cause); // the handler closes the channel, after its alert
            listener.unreached(refusal(failure), failure, asked);
            return;
        }
        connected.config().setAutoRead(false);
        boolean isHttp2 = "h2".equals(tls.applicationProtocol());
        String certificate = OriginTls.certificateFingerprint(tls);
        listener.reached(connected, facts(connected, certificate, isHttp2, microsSince(tlsSinceNanos)), isHttp2, asked);
    }

    private OriginFacts facts(SocketChannel connected, String certificate, boolean isHttp2, long tlsMicros) {
        return new OriginFacts(
                Addresses.text(connected.remoteAddress()),
                isHttp2 ? "HTTP/2" : "HTTP/1.1",
                certificate,
                connectMicros,
                tlsMicros);
    }

    private Refusal refusal(TlsFailure failure) {
        return Refusal.originTls(authority + ": " + failure.message());
    }

    private static long microsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1000;
    }

    /** Whether it has ended, one way or the other. */
    boolean isOver() {
        return over;
    }

    /** Gives up; the listener hears nothing any more. */
    void cancel() {
        over = true;
        if (attempt != null) {
            attempt.cancel();
        }
        if (channel != null) {
            InterceptedTunnel.reset(channel); // at once: nothing is counted when the session has closed
        }
    }
}
