package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http2.Http2Settings;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import java.io.IOException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
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
    private final String name;
    private final OriginLinks links;
    private final IdleWatch idle;
    private final @Nullable Bandwidth bandwidth;
    private final Set<InterceptedExchange> exchanges = Collections.newSetFromMap(new IdentityHashMap<>());
    private final TunnelRequests requests;
    private final ClientFarewell farewell;
    private final FieldMemory responseFields = new FieldMemory();
    private @Nullable Http2Client http2;
    private @Nullable Runnable whenOriginSpeaksFirst;
    private @Nullable Refusal refusal;
    private CloseReason reason = CloseReason.COMPLETED;
    private boolean isServing;
    private boolean originSpoke;
    private boolean isUnused = true;
    private int exchangesOpened;
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
        name = target.name();
        requests = new TunnelRequests(ends, isTls);
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
        refusal = why;
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
        isServing = true;
        new Http1Client(this).beginRaw();
    }

    private void beginServing() {
        isServing = true;
        if (originSpoke) {
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

    // ---- exchanges ----

    /** Whom the client asks for what. */
    TunnelRequests requests() {
        return requests;
    }

    /** Opens the session of a request. */
    InterceptedExchange open(RequestHead head, ClientSide side) {
        return opened(requests.open(this, head, side));
    }

    /** Opens the session of a head that did not come whole. */
    InterceptedExchange openBroken(ClientSide side) {
        return opened(requests.openBroken(this, side));
    }

    /** Opens the session of what is not HTTP; {@link #carryRaw} passes it on. */
    InterceptedExchange openRaw(ClientSide side) {
        return opened(requests.openRaw(this, side));
    }

    private InterceptedExchange opened(InterceptedExchange exchange) {
        if (exchangesOpened++ == 0 && isTls) {
            interception.accepted(name, authority, ends.clientAddress());
        }
        exchanges.add(exchange);
        loop.sessions().register(exchange.meter(), exchange);
        return exchange;
    }

    /** Knows the fields of the response before. */
    FieldMemory responseFields() {
        return responseFields;
    }

    /** There was a request, for which no session was opened. */
    void requestRefused() {
        isUnused = false;
    }

    /** A request in it was refused because something is short. */
    void recordShortage() {
        loop.admission().recordShortage(meter, ends.remote(), authority.toString());
    }

    /** Whether the client has asked for nothing, and nobody but the client has ended the tunnel. */
    boolean isUnused() {
        return isUnused && exchangesOpened == 0;
    }

    /** Sets what to do when the origin speaks before the client has; it may have. */
    void whenOriginSpeaksFirst(Runnable task) {
        if (originSpoke) {
            task.run();
        } else {
            whenOriginSpeaksFirst = task;
        }
    }

    /**
     * The origin has said something that nobody asked for: of a protocol that is not HTTP, or it is to be distrusted.
     *
     * @return whether it is too early to tell
     */
    boolean originSpokeFirst() {
        if (isServing) {
            return false;
        }
        originSpoke = true;
        Runnable task = whenOriginSpeaksFirst;
        whenOriginSpeaksFirst = null;
        if (task != null) {
            task.run();
        }
        return true;
    }

    void carryRaw(InterceptedExchange exchange) {
        links.carryRaw(exchange, requests.raw());
    }

    /** Gives the exchange to an origin, or answers it if there is none. */
    void carry(InterceptedExchange exchange, RequestHead head, boolean last) {
        Refusal denied = exchange.ruling() == null ? null : exchange.ruling().refusal();
        if (refusal != null) {
            exchange.refuse(refusal);
        } else if (denied != null) {
            deny(exchange, denied);
        } else {
            if (exchange.ruling() != null) {
                exchange.ruling().allowed(exchange.meter());
            }
            links.carry(exchange, head, last);
        }
    }

    /** Answers so, and records that it was denied. */
    void deny(InterceptedExchange exchange, Refusal denied) {
        loop.ledger()
                .recordRefusal(
                        exchange.meter(), ends.remote(), exchange.recorder().host(), denied);
        exchange.refuse(denied);
    }

    void exchangeOver(InterceptedExchange exchange) {
        exchanges.remove(exchange);
        loop.sessions().unregister(exchange.meter());
        maybeFinish();
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
        if (!ending && refusal == null) {
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
        if (isServing && !ending && exchangesOpened > 0 && exchanges.isEmpty()) {
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
            for (InterceptedExchange exchange : List.copyOf(exchanges)) {
                exchange.clientGone(why, "the client's connection broke");
            }
            cut(why);
        }
    }

    private static boolean isPeersFault(Throwable cause) {
        return cause instanceof IOException || cause instanceof io.netty.handler.codec.DecoderException;
    }

    /** The client has broken HTTP/2 and was told so: its exchanges end, then the tunnel, in order, so that the client can read why. */
    void clientBrokeProtocol() {
        setReason(CloseReason.BAD_REQUEST);
        for (InterceptedExchange exchange : List.copyOf(exchanges)) {
            exchange.clientGone(CloseReason.BAD_REQUEST, "the client broke the protocol");
        }
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
        for (InterceptedExchange exchange : List.copyOf(exchanges)) {
            exchange.abort(why);
        }
        cut(why);
    }

    private void maybeFinish() {
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
