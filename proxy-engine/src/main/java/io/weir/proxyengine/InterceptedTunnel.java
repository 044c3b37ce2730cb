package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2Settings;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A tunnel whose bytes are read: the root of the exchanges in it. Owns the client's channel and the {@link OriginLinks}, and decides how
 * they end. Event loop of the tunnel.
 *
 * <p>Its session counts what crosses the sockets. It closes last: when all channels have closed and all exchanges are over. The tunnel ends when either
 * side does, as it would if nobody read it; an end in the middle of something is a reset, so that nobody takes a part for the whole.
 */
final class InterceptedTunnel implements ActiveSession, Swept {
    private static final Logger log = LoggerFactory.getLogger(InterceptedTunnel.class);
    private static final int OK = 200;

    private final TunnelEnds ends;
    private final EngineLoop loop;
    private final Interception interception;
    private final SessionMeter meter;
    private final SocketChannel client;
    private final Authority authority;
    private final boolean isTls;
    private final OriginLinks links;
    private final IdleWatch idle;
    private final @Nullable Bandwidth bandwidth;
    private final TunnelExchanges exchanges;
    private final FirstToSpeak first = new FirstToSpeak();
    private final ClientFarewell farewell;
    private @Nullable Http2Client http2;
    private CloseReason reason = CloseReason.COMPLETED;
    private boolean isUnused = true;
    private boolean ending;
    private boolean goingAway;
    private boolean finished;
    private int openChannels;
    private Sweep sweptBy;
    private int sweepPosition = -1;

    /**
     * Makes a tunnel; {@link #begin} starts it.
     *
     * @param ends who and what
     * @param target how to speak with the origin
     */
    InterceptedTunnel(TunnelEnds ends, TlsTarget target) {
        this.ends = ends;
        loop = ends.loop();
        interception = ends.interception();
        meter = ends.meter();
        client = ends.client();
        authority = ends.authority();
        isTls = target.isTls();
        exchanges = new TunnelExchanges(this, ends, target);
        farewell = new ClientFarewell(client);
        links = new OriginLinks(this, target);
        sweptBy = loop.relaySweep();
        bandwidth = ends.limit();
        idle = new IdleWatch(meter, loop.config().timeouts().tunnelIdle().toNanos(), System.nanoTime());
    }

    /** Takes over the session and the client's channel. */
    void begin() {
        loop.sessions().register(meter, this);
        sweptBy.add(this);
        track(client);
    }

    OriginLinks links() {
        return links;
    }

    /** Answers every request so: there is no origin that could. */
    void refuseAll(Refusal why) {
        exchanges.refuseAll(why);
        reason = why.reason();
    }

    /** The client speaks HTTP/1.1. */
    void serveHttp1() {
        beginServing();
        new Http1Client(this).begin();
        client.config().setAutoRead(true);
    }

    /** The client speaks HTTP/2. */
    void serveHttp2() {
        beginServing();
        var serving = new Http2Client(this, links.settings());
        http2 = serving;
        serving.begin();
    }

    /** The client speaks something else. */
    void serveRaw() {
        first.serving();
        new Http1Client(this).beginRaw();
    }

    private void beginServing() {
        first.serving();
        if (first.wasOrigin()) {
            refuseAll(Refusal.badResponse("the origin spoke before it was asked"));
        }
    }

    EngineLoop loop() {
        return loop;
    }

    SocketChannel client() {
        return client;
    }

    boolean isTls() {
        return isTls;
    }

    boolean isClientHttp2() {
        return http2 != null;
    }

    /** Whether its session is closed, so that there can be no more exchanges. */
    boolean isFinished() {
        return finished;
    }

    boolean isDraining() {
        return goingAway || !loop.admission().keepsClients();
    }

    /** What the client asks for. */
    TunnelExchanges exchanges() {
        return exchanges;
    }

    /** Whether the origin speaks before it is asked. */
    FirstToSpeak first() {
        return first;
    }

    /** There was a request, for which no session was opened. */
    void requestRefused() {
        isUnused = false;
    }

    /** Whether the client has asked for nothing, and nobody but the client has ended the tunnel. */
    boolean isUnused() {
        return isUnused && !exchanges.hasOpened();
    }

    OriginDial dial(TlsTarget target, OriginDial.Listener listener) {
        return new OriginDial(loop, interception, meter, authority, ends.ruling(), target, listener);
    }

    void originSettings(Http2Settings settings) {
        if (http2 != null) {
            http2.originSettings(settings);
        }
    }

    // ---- ends ----

    /** Counts a channel of this tunnel's, which ends only when all have closed. */
    void track(Channel channel) {
        openChannels++;
        if (bandwidth != null && channel.isActive()) {
            PacedReads.begin(channel, channel.equals(client) ? bandwidth.up() : bandwidth.down());
        }
        channel.closeFuture()
                .addListener(closed -> loop.eventLoop()
                        .execute(
                                () -> { // after the writes that failed with it
                                    openChannels--;
                                    maybeFinish();
                                }));
    }

    /** Nobody needs the tunnel any more: says goodbye to both sides after what was written. */
    void end(CloseReason why) {
        if (ending) {
            return;
        }
        ending = true;
        setReason(why);
        links.closeAll();
        if (http2 != null) {
            http2.link().goAway();
        }
        farewell.begin();
        sweptBy.remove(this);
        sweptBy = loop.sweep();
        sweptBy.add(this);
    }

    /** The client's stream of TLS has ended in order. */
    void clientSaidGoodbye() {
        farewell.clientSaidGoodbye();
    }

    /** The client's socket has sent FIN. */
    void finSeen() {
        if (ending) {
            client.close();
        }
    }

    /** Ends it in the middle of something: the client gets a reset, without a goodbye that would make a part look whole. */
    void cut(CloseReason why) {
        setReason(why);
        ending = true;
        links.cutAll();
        reset(client);
    }

    /** Closes behind TLS, which would say goodbye. */
    static void reset(SocketChannel channel) {
        if (channel.isActive()) {
            channel.config().setSoLinger(0);
            channel.pipeline().firstContext().close();
        }
    }

    private void setReason(CloseReason why) {
        if (reason == CloseReason.COMPLETED) {
            reason = why;
        }
    }

    /** The client's channel has closed. */
    void clientClosed(CloseReason why) {
        setReason(why);
        ending = true;
        links.closeAll();
    }

    /** The last connection to the origin has closed. */
    void originClosed() {
        if (!ending && !exchanges.areRefused()) {
            isUnused = false;
            loop.eventLoop()
                    .execute(
                            () -> { // when the exchanges have heard of it
                                if (exchanges.isEmpty()) {
                                    end(CloseReason.COMPLETED);
                                } else {
                                    goAway();
                                }
                            });
        }
    }

    /** Ends it if it has carried an exchange and carries none. */
    void endKeptAlive() {
        if (first.isServing() && !ending && exchanges.hasOpened() && exchanges.isEmpty()) {
            goAway();
        }
    }

    /** Takes no more exchanges; those that are open go on. */
    void goAway() {
        isUnused &= ending;
        goingAway = true;
        if (http2 != null) {
            http2.goAway();
        } else if (exchanges.isEmpty()) {
            end(CloseReason.COMPLETED);
        }
    }

    void failed(Throwable cause, boolean ofClient) {
        if (isPeersFault(cause)) {
            log.debug("connection failed session={} client={}", meter.id(), ofClient, cause);
        } else {
            log.error("intercepted tunnel failed session={}", meter.id(), cause);
        }
        if (ending) { // all that was to be said was said before: how the connection goes then is nobody's fault
            cut(reason);
        } else if (ofClient || !isPeersFault(cause)) {
            CloseReason why = isPeersFault(cause) ? CloseReason.CLIENT_RESET : CloseReason.INTERNAL_ERROR;
            exchanges.clientGone(why, "the client's connection broke");
            cut(why);
        }
    }

    private static boolean isPeersFault(Throwable cause) {
        return cause instanceof IOException || cause instanceof io.netty.handler.codec.DecoderException;
    }

    /** The client has broken HTTP/2 and was told so: its exchanges end, then the tunnel, in order, so that the client can read why. */
    void clientBrokeProtocol() {
        setReason(CloseReason.BAD_REQUEST);
        exchanges.clientGone(CloseReason.BAD_REQUEST, "the client broke the protocol");
        end(CloseReason.BAD_REQUEST);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    /** Ends it from outside: the exchanges first. */
    @Override
    public void abort(CloseReason why) {
        isUnused &= ending;
        setReason(why);
        exchanges.abort(why);
        cut(why);
    }

    /** Ends the session when nothing is left of it. */
    void maybeFinish() {
        if (finished || openChannels > 0 || !exchanges.isEmpty()) {
            return;
        }
        finished = true;
        sweptBy.remove(this);
        if (bandwidth != null) {
            bandwidth.close();
        }
        loop.sessions().unregister(meter);
        meter.close(reason, OK);
        log.debug("intercepted tunnel closed session={} reason={}", meter.id(), reason);
    }

    @Override
    public void sweep(long nowNanos) {
        if (ending) {
            farewell.sweep(nowNanos);
        } else if (idle.isOverdue(nowNanos, loop.shortage(), bandwidth != null && bandwidth.isWaiting())) {
            abort(CloseReason.IDLE_TIMEOUT);
        }
    }

    @Override
    public int sweepPosition() {
        return sweepPosition;
    }

    @Override
    public void sweepPosition(int position) {
        sweepPosition = position;
    }
}
