package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the requests of one client connection, one at a time, and gives each to what carries it: an {@link Exchange} or a
 * {@link TunnelOpening}. Event loop of its channel.
 *
 * <p>It sees to it that each byte read from the client falls to exactly one session: bytes of a head count for the session that
 * the head opens, and a connection that ends in the middle of a head gets a session for those too.
 */
final class ClientHandler extends ChannelInboundHandlerAdapter
        implements ByteSink, TunnelAsker, Waiting, RequestGate.Listener {
    private static final Logger log = LoggerFactory.getLogger(ClientHandler.class);

    private static final int VIA_CHARS_MAX = 2000;

    private final EngineLoop loop;
    private final SocketChannel client;
    private final RequestDecoder decoder = new RequestDecoder(this);
    private final @Nullable StreamCount stream; // null if what is read here is what the client sent
    private final WriteMeter writes;
    private final Caller nobody;
    private @Nullable LoopAccess asks; // when the last request came
    private @Nullable RequestGate gate; // null if the client need not say who it is then
    private Caller caller;
    private Site site = Site.NONE;
    private String via = "";
    private long headBytes;
    private int headerBytes;
    private long waitingSinceNanos;
    private boolean headBegun;
    private boolean first = true;
    private boolean left;
    private boolean inputEnded;
    private @Nullable Exchange exchange;
    private @Nullable TunnelOpening tunnel;
    private @Nullable KeptAnswer answer;
    private @Nullable PacedConnection paced; // null if nothing limits the exchanges
    private @Nullable Ruling ruling; // of the latest exchange; null if there were no rules
    private @Nullable SessionMeter current;
    private Leg currentLeg = Leg.UP;
    private int sweepPosition = -1;

    /**
     * Makes a handler; {@link #begin} puts it to work.
     *
     * @param caller whose connection it is
     */
    ClientHandler(EngineLoop loop, SocketChannel client, Caller caller) {
        this.loop = loop;
        this.client = client;
        this.caller = caller;
        nobody = caller;
        stream = client instanceof StreamChannel channel ? channel.count() : null;
        writes = stream == null ? new WriteMeter() : new WriteMeter(stream);
    }

    /**
     * Makes the pipeline: meter, decoder, and this.
     *
     * @param sinceNanos when the client connected
     * @param headerBytes of a load balancer's header, that were read before the first request's head
     */
    void begin(long sinceNanos, int headerBytes) {
        this.headerBytes = headerBytes;
        client.pipeline().addLast(writes, decoder, this);
        waitingSinceNanos = sinceNanos;
        loop.sweep().add(this);
    }

    /** Bytes consumed by the decoder: of the message that is being served, or else of the next head. */
    @Override
    public void consumed(long bytes) {
        if (left || stream != null) {
            return;
        }
        SessionMeter meter = current;
        if (meter != null) {
            currentLeg.count(meter, bytes);
        } else {
            headBytes += bytes;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object msg) {
        if (left) {
            ReferenceCountUtil.release(msg);
        } else if (msg instanceof HttpRequest request) {
            begin(request);
            ReferenceCountUtil.release(msg); // the decoder makes a full one of what is malformed
        } else if (msg instanceof HttpContent content && exchange != null) {
            exchange.requestContent(content);
        } else {
            ReferenceCountUtil.release(msg);
        }
    }

    private void begin(HttpRequest request) {
        headBegun = false;
        first = false;
        caller = nobody;
        if (isOverloaded(request)) {
            return;
        }
        Refusal fault = MessageRules.refusal(request, site.text());
        if (fault != null) {
            refuse(request, fault);
        } else {
            ask(request);
        }
    }

    /** By the users as they are now: since the last request they may have become others. */
    private void ask(HttpRequest request) {
        LoopAccess access = loop.access();
        if (!Objects.equals(access, asks)) {
            asks = access;
            gate = access == null || !access.asks(nobody) ? null : new RequestGate(access, nobody, this);
        }
        if (gate != null) {
            gate.admit(request);
        } else {
            serve(request);
        }
    }

    /** Answers so if no session may begin. */
    private boolean isOverloaded(HttpRequest request) {
        String refusal = loop.admission().refusal();
        if (refusal == null) {
            return false;
        }
        SessionMeter overload = loop.standing().overload();
        count(overload, Leg.UP);
        loop.admission().recordShortage(overload, caller.remote(), asked(request));
        answer(overload, Leg.UP, Leg.DOWN, Refusal.overloaded(refusal), false);
        return true;
    }

    @Override
    public void admitted(HttpRequest request, Caller user) {
        goOn(request, () -> {
            if (areUsersOthers()) {
                ask(request);
            } else {
                caller = user;
                serve(request);
            }
        });
    }

    @Override
    public void turnedAway(HttpRequest request, Refusal refusal) {
        goOn(request, () -> {
            if (areUsersOthers()) {
                ask(request);
            } else {
                turnAway(request, refusal);
            }
        });
    }

    /** Whether those that were asked are not the ones of now: then what they said is void. */
    private boolean areUsersOthers() {
        return !Objects.equals(loop.access(), asks);
    }

    /** What it is may have been asked long ago: the connection may have ended, and sessions may begin no more. */
    private void goOn(HttpRequest request, Runnable step) {
        if (left) {
            return;
        }
        try {
            if (!isOverloaded(request)) {
                step.run();
            }
        } catch (RuntimeException | Error e) { // nobody else would end the connection
            client.pipeline().fireExceptionCaught(e);
        }
    }

    private void serve(HttpRequest request) {
        Refusal late = loop.entrance()
                .turnedAway(nobody); // while a password was looked at the listeners may have become others
        if (late != null) {
            refuse(request, late);
        } else if (request.method().equals(HttpMethod.CONNECT)) {
            beginTunnel(request);
        } else {
            beginExchange(request);
        }
    }

    /** Answers who has not shown who it is; the connection goes on if nothing follows the head that could be meant for somebody else. */
    private void turnAway(HttpRequest request, Refusal refusal) {
        boolean isTunnel = request.method().equals(HttpMethod.CONNECT);
        Leg up = isTunnel ? Leg.OVERHEAD_UP : Leg.UP;
        Leg down = isTunnel ? Leg.OVERHEAD_DOWN : Leg.DOWN;
        HttpTarget target = isTunnel ? null : HttpTarget.parse(request.uri(), false, Site.NONE);
        String host = asked(request);
        SessionMeter meter = isTunnel
                ? loop.ledger().open(SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, TunnelReply.HTTP.url(host), caller)
                : loop.ledger()
                        .open(
                                SessionProtocol.HTTP,
                                request.method().name(),
                                host,
                                target == null ? "" : ledgerUrl(target),
                                caller);
        count(meter, up);
        LoopAccess access = loop.access();
        if (access != null) {
            access.record(meter, caller, host, refusal);
        }
        boolean isKept = refusal.status().equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && ForwardedHead.keepsAlive(request.headers(), request.protocolVersion())
                && !MessageRules.hasBody(request.headers())
                && !(isTunnel && decoder.waitingBytes() > 0)
                && loop.keeps(caller);
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        if (isKept) {
            if (stream != null) {
                stream.contentAs(up);
            }
            writes.target(meter, down);
            var next = new KeptAnswer(loop, this, client, meter, refusal);
            answer = next;
            next.send(HeadWriter.refusal(client.alloc(), refusal, loop.config().nodeName(), isHead, false));
        } else {
            answer(meter, up, down, refusal, isHead);
        }
    }

    /** The host that it is for; empty if it does not say, or not as it should. */
    private static String asked(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            return "";
        }
        if (request.method().equals(HttpMethod.CONNECT)) {
            Authority authority = Authority.parse(request.uri(), 0);
            return authority == null ? "" : authority.toString();
        }
        HttpTarget target = HttpTarget.parse(request.uri(), false, Site.NONE);
        return target == null ? "" : target.site().ledgerHost();
    }

    private String ledgerUrl(HttpTarget target) {
        Interception interception = loop.interception();
        return interception == null ? target.ledgerUrl() : interception.ledgerUrl(target.ledgerUrl());
    }

    /** The client has its answer, and the connection can carry the next request. */
    void answered() {
        answer = null;
        exchangeEnded();
    }

    private void beginTunnel(HttpRequest request) {
        Authority authority = Authority.parse(request.uri(), 0);
        if (authority == null) {
            refuse(request, Refusal.badRequest("CONNECT takes host:port"));
            return;
        }
        if (LocalAnswer.isLoop(request, loop.config().nodeName())) {
            refuse(request, Refusal.loop());
            return;
        }
        String host = authority.toString();
        SessionMeter meter =
                loop.ledger().open(SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, TunnelReply.HTTP.url(host), caller);
        count(meter, Leg.OVERHEAD_UP);
        currentLeg = Leg.UP; // what follows the head is the tunnel's
        String passed = String.join(", ", request.headers().getAll(HttpHeaderNames.VIA));
        via = passed.length() <= VIA_CHARS_MAX ? passed : "";
        var opening = new TunnelOpening(loop, this, client, meter, authority);
        tunnel = opening;
        opening.begin();
    }

    private void beginExchange(HttpRequest request) {
        if (!HttpTarget.isHttp(request.uri())) {
            refuse(
                    request,
                    Refusal.badRequest(
                            "this is a proxy: the target must be http://host/path, or CONNECT host:port for anything else"));
            return;
        }
        HttpTarget target = HttpTarget.parse(request.uri(), request.method().equals(HttpMethod.OPTIONS), site);
        if (target == null) {
            refuse(request, Refusal.badRequest("the target is malformed"));
            return;
        }
        site = target.site();
        String method = request.method().name();
        Interception interception = loop.interception();
        SessionMeter meter =
                loop.ledger().open(SessionProtocol.HTTP, method, site.ledgerHost(), ledgerUrl(target), caller);
        count(meter, Leg.UP);
        if (interception != null && CaSite.is(target.authority())) {
            boolean isHead = request.method().equals(HttpMethod.HEAD);
            CaSite.Answer answer = CaSite.answer(client.alloc(), interception.authority(), target.originForm(), isHead);
            answer(meter, Leg.UP, Leg.DOWN, answer.bytes(), CloseReason.COMPLETED, answer.status());
            return;
        }
        writes.target(meter, Leg.DOWN);
        var next = new Exchange(loop, this, client, decoder, meter, request, target);
        exchange = next;
        next.begin();
    }

    /** The version of HTTP in which a request came. */
    HttpVersion received(HttpRequest request) {
        return stream == null ? request.protocolVersion() : RequestHead.HTTP_2;
    }

    /** Answers a request that nobody carries, and ends the connection: what follows on it can't be trusted. */
    private void refuse(HttpRequest request, Refusal refusal) {
        boolean known = !request.decoderResult().isFailure();
        SessionMeter meter = loop.ledger()
                .open(SessionProtocol.HTTP, known ? request.method().name() : "", "", "", caller);
        count(meter, Leg.UP);
        answer(meter, Leg.UP, Leg.DOWN, refusal, known && request.method().equals(HttpMethod.HEAD));
    }

    /** The head's bytes, and what comes until further notice, are this session's. */
    private void count(SessionMeter meter, Leg leg) {
        if (stream != null) {
            stream.opened(meter, leg);
        }
        leg.count(meter, headBytes);
        headBytes = 0;
        if (headerBytes > 0) {
            meter.overheadUp(headerBytes);
            headerBytes = 0;
        }
        current = meter;
        currentLeg = leg;
    }

    /** Answers with a refusal, and ends session and connection. */
    void answer(SessionMeter meter, Leg upLeg, Leg downLeg, Refusal refusal, boolean answersHead) {
        log.debug(
                "refused session={} status={} {}", meter.id(), refusal.status().code(), refusal.message());
        ByteBuf reply =
                HeadWriter.refusal(client.alloc(), refusal, loop.config().nodeName(), answersHead);
        answer(meter, upLeg, downLeg, reply, refusal.reason(), refusal.status().code());
    }

    /** Answers instead of an origin, and ends session and connection. */
    void answer(SessionMeter meter, Leg upLeg, Leg downLeg, ByteBuf reply, CloseReason reason, int status) {
        leave();
        writes.target(meter, downLeg);
        if (stream != null) {
            stream.contentAs(upLeg);
        }
        client.write(reply, client.voidPromise());
        LingeringClose.begin(loop, client, meter, upLeg, reason, status);
    }

    /** What the rules say of the exchange that begins; null if there are none. */
    @Nullable Ruling ruling(String method, Authority authority) {
        ruling = Ruling.next(ruling, loop, method, authority, caller);
        return ruling;
    }

    /** What limits the exchange that has an origin now; null if nothing does. */
    @Nullable PacedConnection paced(SessionMeter meter, @Nullable Ruling ruling) {
        paced = PacedConnection.next(paced, loop.bandwidth(), client, meter, caller, ruling);
        return paced;
    }

    /** What limits the exchange, for who takes over its connections; null if nothing does. */
    @Nullable Bandwidth takeBandwidth() {
        PacedConnection limited = paced;
        paced = null;
        return limited == null ? null : limited.release();
    }

    /** The exchange is over and the connection can carry the next one. */
    void exchangeEnded() {
        exchange = null;
        current = null;
        caller = nobody;
        waitingSinceNanos = System.nanoTime();
        if (!loop.keeps(nobody)) {
            client.close();
            return;
        }
        if (!client.config().isAutoRead()) {
            client.config().setAutoRead(true);
        }
        try {
            decoder.resume();
        } catch (Exception e) {
            client.pipeline().fireExceptionCaught(e);
        }
        endIfNothingFollows();
    }

    @Override
    public Caller caller() {
        return caller;
    }

    @Override
    public String via() {
        return via;
    }

    @Override
    public TunnelReply reply() {
        return TunnelReply.HTTP;
    }

    @Override
    public void makeWay() {
        leave();
        client.pipeline().remove(this);
        client.pipeline().remove(RequestDecoder.class); // what it holds passes on
    }

    @Override
    public void refuse(SessionMeter meter, Refusal refusal) {
        answer(meter, Leg.OVERHEAD_UP, Leg.OVERHEAD_DOWN, refusal, false);
    }

    /** The connection ends with bytes that nobody will take any more: they were read, so they count. */
    @Override
    public void settle() {
        consumed(decoder.waitingBytes());
        leave();
    }

    /** Somebody else has the connection from now on, and the bytes that wait in the decoder. */
    void leave() {
        if (!left) {
            left = true;
            loop.sweep().remove(this);
            if (paced != null) {
                paced.close();
                paced = null;
            }
        }
    }

    /** Ends the connection if it is between two requests. */
    @Override
    public void drain() {
        if (isBetweenRequests() && headBytes == 0 && decoder.waitingBytes() == 0) {
            client.close();
        }
    }

    /** Ends the connection if it has carried a request and not begun the next. */
    void endKeptAlive() {
        if (!first) {
            drain();
        }
    }

    /** Ends the connection, whatever has come of its next head. */
    @Override
    public void close() {
        client.close();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.requestReadComplete();
        }
        if (decoder.waitingBytes() > HttpLimits.PIPELINED_BYTES) {
            client.config().setAutoRead(false);
        }
        if (inputEnded) {
            endIfNothingFollows();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (exchange != null) {
            exchange.clientWritabilityChanged();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ChannelInputShutdownEvent) || left) {
            return;
        }
        inputEnded = true;
        if (exchange != null) {
            exchange.clientEnded();
        } else if (isBetweenRequests()) {
            client.close();
        }
    }

    /** No more can come, and nothing of what came is left. */
    private void endIfNothingFollows() {
        if (isBetweenRequests() && !left && decoder.isStuck() && client.isInputShutdown()) {
            client.close();
        }
    }

    /** Whether nothing is under way, but perhaps a head that is not whole. */
    private boolean isBetweenRequests() {
        return exchange == null && tunnel == null && answer == null && (gate == null || !gate.isChecking());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            log.error("client connection failed remote={}", caller.remote(), cause);
        }
        try {
            end(cause instanceof IOException ? CloseReason.CLIENT_RESET : CloseReason.INTERNAL_ERROR);
        } finally {
            client.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(inputEnded ? CloseReason.CLIENT_ABORTED : CloseReason.CLIENT_RESET);
    }

    /** The client has reset the connection after so many bytes, and before there was a channel to read them. */
    void resetAfter(int bytes) {
        headBytes = bytes;
        end(CloseReason.CLIENT_RESET);
        client.close();
    }

    private void end(CloseReason reason) {
        if (left) {
            return;
        }
        settle();
        if (exchange != null) {
            exchange.abort(reason);
        } else if (tunnel != null) {
            tunnel.abort(reason);
        } else if (answer != null) {
            answer.abort(reason);
        } else if (headBytes + headerBytes > 0) {
            SessionMeter meter = loop.admission().refusal() == null
                    ? loop.ledger().open(SessionProtocol.HTTP, "", "", "", caller)
                    : loop.standing().overload();
            count(meter, Leg.UP);
            if (!loop.standing().isOverload(meter)) {
                meter.close(reason, 0);
            }
        }
    }

    @Override
    public void sweep(long nowNanos) {
        if (ruling != null && ruling.isOutdated(loop)) {
            ruling = null; // an idle connection is not to keep the lists of rules that are gone
        }
        if (exchange != null) {
            exchange.sweep(nowNanos);
            return;
        }
        if (answer != null) {
            answer.sweep(nowNanos);
            return;
        }
        if (tunnel != null || (gate != null && gate.isChecking())) {
            return; // how long a check takes has bounds of its own
        }
        if (paced != null && paced.isWaiting()) {
            waitingSinceNanos = nowNanos; // it may speak, and we do not listen
            return;
        }
        boolean begun = headBytes > 0 || decoder.waitingBytes() > 0;
        if (begun && !headBegun) {
            headBegun = true;
            waitingSinceNanos = first ? waitingSinceNanos : nowNanos;
        }
        long limit = begun || first
                ? loop.config().timeouts().head().toNanos()
                : loop.shortage().patience(loop.config().timeouts().keepAlive().toNanos());
        if (nowNanos - waitingSinceNanos > limit) {
            timeOut(begun);
        }
    }

    private void timeOut(boolean begun) {
        if (!begun) {
            client.close();
            return;
        }
        if (loop.admission().refusal() != null) {
            end(CloseReason.HEAD_TIMEOUT);
            client.close();
            return;
        }
        SessionMeter meter = loop.ledger().open(SessionProtocol.HTTP, "", "", "", caller);
        count(meter, Leg.UP);
        answer(
                meter,
                Leg.UP,
                Leg.DOWN,
                new Refusal(
                        HttpResponseStatus.REQUEST_TIMEOUT,
                        "http_request_error",
                        "the request's head did not arrive in time",
                        CloseReason.HEAD_TIMEOUT),
                false);
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
