package io.weir.proxyengine;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.proxyengine.rules.Scheme;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One plain request and its response, streamed between a client and an origin. Event loop of both channels.
 *
 * <pre>
 *   CONNECTING ── head sent ──► CARRYING ── response written ──► OVER
 *       │                          │
 *       └─ refused ────────────────┴─ broken, aborted ──────────► OVER
 * </pre>
 *
 * <p>The request's body stays in the client's decoder until there is an origin to take it. Each side is read no faster than
 * the other takes. An origin that ends before it has answered costs the client a 502; one that ends in its answer costs
 * it the connection, so that no client takes a part for the whole.
 */
final class Exchange implements ConnectListener, ActiveSession {
    private static final Logger log = LoggerFactory.getLogger(Exchange.class);

    private final EngineLoop loop;
    private final ClientHandler handler;
    private final SocketChannel client;
    private final RequestDecoder requests;
    private final SessionMeter meter;
    private final RequestSide request;
    private final ResponseSide response;
    private final OriginLeg leg;
    private final IdleWatch watch;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private @Nullable ExchangeRecorder recorder;
    private @Nullable PacedConnection paced; // null if nothing limits it
    private final long sinceNanos; // 0 if nobody records it
    private boolean requestHeadSent;
    private boolean clientEnded;
    private boolean retried;
    private boolean over;

    Exchange(
            EngineLoop loop,
            ClientHandler handler,
            SocketChannel client,
            RequestDecoder requests,
            SessionMeter meter,
            HttpRequest head,
            HttpTarget target) {
        this.loop = loop;
        this.handler = handler;
        this.client = client;
        this.requests = requests;
        this.meter = meter;
        clientEnded = client.isInputShutdown(); // it may have ended while an earlier request was served
        request = new RequestSide(loop, head, target, handler.received(head));
        response = new ResponseSide(loop, client, head, request.asksForUpgrade(), this::responseWritten);
        authority = target.authority();
        ruling = Ruling.of(loop, Scheme.HTTP, head.method().name(), authority, handler.caller());
        leg = new OriginLeg(loop, authority, ruling, meter);
        recorder = recorder(head, target);
        sinceNanos = recorder == null ? 0 : System.nanoTime();
        long limitNanos = loop.config().exchangeIdleTimeout().toNanos();
        watch = new IdleWatch(meter, limitNanos, loop.sweep().nowNanos());
    }

    /** Records the exchange if its host is one that is read, or that is not known yet; null if not. */
    private @Nullable ExchangeRecorder recorder(HttpRequest head, HttpTarget target) {
        Interception interception = loop.interception();
        boolean isOpen = ruling != null && ruling.isOpen();
        if (interception == null || !(isOpen || interception.reads(authority, ruling))) {
            return null;
        }
        var recording = new ExchangeRecorder(
                interception,
                loop,
                meter,
                meter,
                SessionProtocol.HTTP,
                handler.caller().remote(),
                authority,
                0,
                isOpen ? null : interception.bodies(authority, ruling));
        recording.request(
                head.method().name(),
                target.url(),
                RequestHead.name(handler.received(head)),
                head.headers(),
                new FieldMemory());
        return recording;
    }

    void begin() {
        loop.register(meter, this);
        if (LocalAnswer.isLoop(request.head(), loop.config().nodeName())) {
            refuse(Refusal.loop());
            return;
        }
        if (LocalAnswer.isForProxy(request.head())) {
            answerLocally();
            return;
        }
        Refusal denied = ruling == null ? null : ruling.refusal();
        if (denied != null) {
            loop.recordRefusal(meter, handler.caller().remote(), authority.toString(), denied);
            refuse(denied);
            return;
        }
        Refusal full = loop.admit(meter, handler.caller(), authority.toString());
        if (full != null) {
            refuse(full);
            return;
        }
        if (ruling != null) {
            ruling.allowed(meter);
        }
        OriginHandler idle = leg.takeIdle(request.isRepeatable());
        request.rewrite();
        if (idle != null) {
            carry(idle);
        } else {
            leg.connect(this);
        }
    }

    private void answerLocally() {
        over = true;
        loop.unregister(meter);
        handler.answer(
                meter,
                Leg.UP,
                Leg.DOWN,
                LocalAnswer.render(client.alloc(), request.head(), loop.config().nodeName()),
                CloseReason.COMPLETED,
                HttpResponseStatus.OK.code());
    }

    @Override
    public void connected(Channel channel) {
        if (over) {
            channel.close();
            return;
        }
        carry(leg.connected((SocketChannel) channel, null));
    }

    @Override
    public void connected(Channel channel, Passage passage) {
        if (over) {
            channel.close();
            return;
        }
        carry(leg.connected((SocketChannel) channel, passage));
    }

    private void carry(OriginHandler connection) {
        meter.originConnected(connection.address());
        settle(connection);
        if (recorder != null) {
            long micros = connection.isReused() ? ExchangeTimes.NEVER : (System.nanoTime() - sinceNanos) / 1000;
            recorder.origin(new OriginFacts(connection.address(), "HTTP/1.1", "", micros, ExchangeTimes.NEVER));
        }
        connection.carry(this, meter, request.head().method());
        paced = handler.paced(meter, ruling);
        if (paced != null) {
            paced.carriedBy(connection.channel());
        }
        requestHeadSent = true;
        request.writeHead(connection);
        loop.flushes().flushSoon(connection.channel());
        if (!request.isComplete()) {
            resumeRequests();
        }
    }

    /** The address is known, and with it the rule. */
    private void settle(OriginHandler connection) {
        if (ruling == null) {
            return;
        }
        boolean wasOpen = ruling.isOpen();
        ruling.settle(connection.destination());
        ruling.allowed(meter);
        ExchangeRecorder recording = recorder;
        Interception interception = loop.interception();
        if (!wasOpen || recording == null || interception == null) {
            return;
        }
        if (interception.reads(authority, ruling)) {
            recording.keepBodies(interception.bodies(authority, ruling));
        } else {
            recording.forget();
            recorder = null;
        }
    }

    private void resumeRequests() {
        client.config().setAutoRead(true);
        try {
            requests.resume();
        } catch (Exception e) {
            client.pipeline().fireExceptionCaught(e);
        }
    }

    @Override
    public void failed(Refusal refusal) {
        leg.failed();
        if (over) {
            return;
        }
        if (refusal.reason() == CloseReason.DENIED) {
            loop.recordRefusal(
                    meter, handler.caller().remote(), request.target().site().ledgerHost(), refusal);
        }
        refuse(refusal);
    }

    // ---- the request's body ----

    void requestContent(HttpContent content) {
        OriginHandler connection = leg.connection();
        if (over || connection == null || request.isComplete()) {
            ReferenceCountUtil.release(content);
            return;
        }
        if (content.decoderResult().isFailure()) {
            ReferenceCountUtil.release(content);
            badRequestBody();
            return;
        }
        SocketChannel channel = connection.channel();
        if (recorder != null) {
            recorder.requestContent(content.content());
        }
        request.write(channel, content);
        if (!channel.isWritable()) {
            channel.flush();
            if (!channel.isWritable()) {
                client.config().setAutoRead(false);
            }
        }
    }

    private void badRequestBody() {
        if (response.isBegun()) {
            breakOff(CloseReason.BAD_REQUEST, true);
        } else {
            refuse(Refusal.badRequest("the request's body is malformed"));
        }
    }

    void requestReadComplete() {
        OriginHandler connection = leg.connection();
        if (connection != null && requestHeadSent) {
            loop.flushes().flushSoon(connection.channel());
            if (clientEnded && !request.isComplete()) {
                requestBrokeOff(connection);
            }
        }
    }

    void originWritabilityChanged() {
        OriginHandler connection = leg.connection();
        if (connection != null && connection.channel().isWritable() && !client.isInputShutdown()) {
            client.config().setAutoRead(true);
        }
    }

    // ---- the response ----

    void response(HttpResponse head) {
        if (over) {
            ReferenceCountUtil.release(head);
        } else if (isForUs(head)) {
            ReferenceCountUtil.release(head);
            turnedAway();
        } else {
            recordHead(head);
            proceed(response.head(head, request.keepsAlive() && request.isComplete() && loop.keeps(handler.caller())));
        }
    }

    /** Whether an upstream asks us who we are: that is not the client's to answer. */
    private boolean isForUs(HttpResponse head) {
        OriginHandler connection = leg.connection();
        return connection != null
                && connection.takesAbsoluteForm()
                && head.status().code() == 407;
    }

    private void turnedAway() {
        OriginHandler connection = leg.connection();
        Passage passage = connection == null ? null : connection.passage();
        if (passage != null) {
            String why = passage.node() + " answered 407: it wants "
                    + (passage.node().authorization().isEmpty() ? "" : "other ") + "credentials";
            passage.node().turnedAway(why);
            refuse(UpstreamFault.turnedAway(why).refusal());
        }
    }

    private void recordHead(HttpResponse head) {
        if (recorder != null
                && !head.decoderResult().isFailure()
                && head.status().code() >= 200) {
            recorder.response(head.status(), head.headers(), new FieldMemory());
        }
    }

    void responseContent(HttpContent content) {
        if (over) {
            ReferenceCountUtil.release(content);
            return;
        }
        if (recorder != null && response.isBegun() && content.decoderResult().isSuccess()) {
            recorder.responseContent(content.content());
        }
        proceed(response.content(content));
    }

    private void proceed(ResponseSide.Step step) {
        switch (step) {
            case REFUSE -> badResponse(response.fault());
            case SWITCH -> switchToRelay();
            case GO_ON -> pauseOriginIfClientIsBehind();
            case COMPLETE -> {} // the end of the read shows whether more came
        }
    }

    private void pauseOriginIfClientIsBehind() {
        OriginHandler connection = leg.connection();
        if (connection != null && !client.isWritable()) {
            client.flush();
            if (!client.isWritable()) {
                connection.channel().config().setAutoRead(false);
            }
        }
    }

    /** Only now is it known whether more came than the response: an origin's connection is clean from here on, not before. */
    void responseReadComplete() {
        OriginHandler connection = leg.connection();
        if (response.isComplete() && connection != null) {
            leg.leave();
            if (paced != null) {
                paced.leaveOrigin();
            }
            connection.release(response.originKeepsAlive() && request.isComplete());
        }
        loop.flushes().flushSoon(client);
    }

    void clientWritabilityChanged() {
        OriginHandler connection = leg.connection();
        if (client.isWritable() && connection != null && !connection.channel().isInputShutdown()) {
            connection.channel().config().setAutoRead(true);
        }
    }

    private void responseWritten(ChannelFuture written) {
        if (over) {
            return;
        }
        over = true;
        loop.unregister(meter);
        if (!written.isSuccess()) {
            handler.settle();
            client.close();
            closeMeter(CloseReason.CLIENT_ABORTED);
        } else if (response.closesAfter()) {
            handler.leave();
            LingeringClose.begin(loop, client, meter, Leg.UP, CloseReason.COMPLETED, response.status());
        } else {
            meter.close(CloseReason.COMPLETED, response.status());
            handler.exchangeEnded();
        }
    }

    private void switchToRelay() {
        OriginHandler connection = leg.connection();
        if (connection == null) {
            return;
        }
        over = true;
        leg.leave();
        loop.unregister(meter);
        Bandwidth bandwidth = handler.takeBandwidth();
        var relay = new Relay(loop, meter, client, connection.channel(), response.status(), bandwidth);
        relay.begin();
        handler.leave();
        client.pipeline().remove(handler);
        client.pipeline().remove(requests); // what it holds passes on to the relay
        connection.leaveTo(relay);
        client.flush();
        relay.run();
    }

    // ---- ends that are not the good one ----

    private void badResponse(String fault) {
        log.debug(
                "bad response session={} origin={} {}",
                meter.id(),
                request.target().authority(),
                fault);
        if (response.isBegun()) {
            breakOff(CloseReason.BAD_RESPONSE, true);
        } else {
            refuse(Refusal.badResponse(fault));
        }
    }

    /** The origin sends nothing more, or the connection broke. */
    void originEnded(boolean reset) {
        if (over) {
            return;
        }
        if (response.isComplete()) {
            responseReadComplete();
            return;
        }
        OriginHandler connection = leg.connection();
        boolean mayRetry = connection != null
                && connection.isReused()
                && !response.isBegun()
                && !retried
                && request.isRepeatable()
                && meter.total().originDown() == 0;
        if (mayRetry) {
            retried = true;
            leg.drop(false);
            leg.connect(this);
        } else if (response.isBegun()) {
            breakOff(reset ? CloseReason.ORIGIN_RESET : CloseReason.ORIGIN_ABORTED, reset || response.endsWithFin());
        } else {
            refuse(Refusal.unanswered(reset));
        }
    }

    /** The client sends nothing more; what it asked for in full it may still get. */
    void clientEnded() {
        clientEnded = true;
        requestReadComplete(); // before there is an origin, the rest of the request may still wait in the decoder
    }

    private void requestBrokeOff(OriginHandler connection) {
        if (!response.isBegun()) {
            abort(CloseReason.CLIENT_ABORTED);
        } else {
            SocketChannel channel = connection.channel();
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(flushed -> channel.shutdownOutput()); // it learns that no more comes of the request
        }
    }

    private void refuse(Refusal refusal) {
        over = true;
        forgetIfNotRead();
        if (recorder != null) {
            recorder.answered(refusal.status());
            recorder.failed(refusal.message());
        }
        loop.unregister(meter);
        leg.drop(false);
        handler.answer(meter, Leg.UP, Leg.DOWN, refusal, request.head().method().equals(HttpMethod.HEAD));
    }

    /** It ends before the address is known, so the rule is not known: the options decide. */
    private void forgetIfNotRead() {
        ExchangeRecorder recording = recorder;
        Interception interception = loop.interception();
        boolean isOpen = ruling != null && ruling.isOpen();
        if (isOpen && recording != null && interception != null && !interception.reads(authority, ruling)) {
            recording.forget();
            recorder = null;
        }
    }

    /** Ends both connections in the middle of the response. What was written before still goes out, unless it is to be a reset. */
    private void breakOff(CloseReason reason, boolean reset) {
        over = true;
        loop.unregister(meter);
        leg.drop(false);
        if (reset) {
            handler.settle();
            client.config().setSoLinger(0);
            client.close();
            closeMeter(reason);
        } else {
            handler.leave();
            LingeringClose.begin(loop, client, meter, Leg.UP, reason, response.status());
        }
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    @Override
    public void abort(CloseReason reason) {
        if (over) {
            return;
        }
        over = true;
        forgetIfNotRead();
        loop.unregister(meter);
        leg.drop(reason == CloseReason.CLIENT_RESET);
        handler.settle();
        if (response.endsWithFin()) {
            client.config().setSoLinger(0); // FIN would make it look whole
        }
        client.close();
        closeMeter(reason);
    }

    private void closeMeter(CloseReason reason) {
        loop.eventLoop()
                .execute(
                        () -> meter.close(reason, response.status())); // after the writes that failed with the channels
    }

    void sweep(long nowNanos) {
        if (!watch.isOverdue(nowNanos, loop.shortage(), paced != null && paced.isWaiting())) {
            return;
        }
        if (response.isBegun()) {
            breakOff(CloseReason.IDLE_TIMEOUT, true);
        } else {
            refuse(new Refusal(
                    HttpResponseStatus.GATEWAY_TIMEOUT,
                    "http_response_timeout",
                    request.target().authority() + " did not answer in time",
                    CloseReason.IDLE_TIMEOUT));
        }
    }
}
