package io.weir.proxyengine;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * One plain request and its response, streamed between a client and an origin. Event loop of both channels.
 *
 * <pre>
 *   CONNECTING ── head sent ──► CARRYING ── response written ──► OVER
 *       │                          │
 *       └─ refused ────────────────┴─ broken, aborted ──────────► OVER
 * </pre>
 *
 * <p>It sees to it that the request may be carried and has an origin. What passes then is the business of the {@link RequestHalf} and the {@link ResponseHalf}, and how it ends that of
 * its {@link ExchangeEnds}.
 */
final class Exchange implements ConnectListener, ActiveSession {
    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final RequestSide request;
    private final OriginLeg leg;
    private final ExchangeEnds ends;
    private final RequestHalf up;
    private final ResponseHalf down;
    private final IdleWatch watch;
    private final Authority authority;
    private final @Nullable Ruling ruling;
    private final @Nullable PlainRecording recording;

    Exchange(
            EngineLoop loop,
            ClientLife life,
            SocketChannel client,
            RequestDecoder requests,
            SessionMeter meter,
            HttpRequest head,
            HttpTarget target) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.meter = meter;
        HttpVersion received = client instanceof StreamChannel ? RequestHead.HTTP_2 : head.protocolVersion();
        request = new RequestSide(loop, head, target, received);
        var response = new ResponseSide(loop, client, head, request.asksForUpgrade(), this::responseWritten);
        authority = target.authority();
        ruling = life.memory().ruling(head.method().name(), authority, life.caller());
        leg = new OriginLeg(loop, authority, ruling, meter);
        recording = PlainRecording.begin(loop, meter, life.caller(), ruling, head, received, target);
        ends = new ExchangeEnds(loop, life, client, meter, request, response, leg, recording);
        up = new RequestHalf(loop, client, requests, request, response, leg, ends, recording);
        down = new ResponseHalf(loop, client, meter, request, response, leg, ends, recording);
        long limitNanos = loop.config().timeouts().exchangeIdle().toNanos();
        watch = new IdleWatch(meter, limitNanos, loop.sweep().nowNanos());
    }

    void begin() {
        loop.sessions().register(meter, this);
        if (LocalAnswer.isLoop(request.head(), loop.config().nodeName())) {
            ends.refuse(Refusal.loop());
            return;
        }
        if (LocalAnswer.isForProxy(request.head())) {
            ends.answer(LocalAnswer.render(
                    client.alloc(), request.head(), loop.config().nodeName()));
            return;
        }
        Refusal refusal = refusal();
        if (refusal != null) {
            ends.refuse(refusal);
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

    /** Why it may not be carried, which is recorded; null if it may. */
    private @Nullable Refusal refusal() {
        Refusal denied = ruling == null ? null : ruling.refusal();
        if (denied == null) {
            return loop.admission().admit(meter, life.caller(), authority.toString());
        }
        loop.ledger().recordRefusal(meter, life.caller().remote(), authority.toString(), denied);
        return denied;
    }

    @Override
    public void connected(Channel channel) {
        carryOn(channel, null);
    }

    @Override
    public void connected(Channel channel, Passage passage) {
        carryOn(channel, passage);
    }

    private void carryOn(Channel channel, @Nullable Passage passage) {
        if (ends.isOver()) {
            channel.close();
            return;
        }
        carry(leg.connected((SocketChannel) channel, passage));
    }

    private void carry(OriginHandler connection) {
        meter.originConnected(connection.address());
        settle(connection);
        if (recording != null) {
            recording.carriedBy(connection);
        }
        connection.carry(this, meter, request.head().method());
        down.begin(connection, life.memory().paced(meter, life.caller(), ruling));
        up.begin(connection);
    }

    /** The address is known, and with it the rule. */
    private void settle(OriginHandler connection) {
        if (ruling == null) {
            return;
        }
        boolean wasOpen = ruling.isOpen();
        ruling.settle(connection.destination());
        ruling.allowed(meter);
        if (wasOpen && recording != null) {
            recording.settled();
        }
    }

    @Override
    public void failed(Refusal refusal) {
        leg.failed();
        if (ends.isOver()) {
            return;
        }
        if (refusal.reason() == CloseReason.DENIED) {
            loop.ledger()
                    .recordRefusal(
                            meter,
                            life.caller().remote(),
                            request.target().site().ledgerHost(),
                            refusal);
        }
        ends.refuse(refusal);
    }

    // ---- what the client says ----

    void requestContent(HttpContent content) {
        up.content(content);
    }

    void requestReadComplete() {
        up.readComplete();
    }

    void clientEnded() {
        up.ended();
    }

    void clientWritabilityChanged() {
        down.clientWritabilityChanged();
    }

    // ---- what the origin says ----

    void response(HttpResponse head) {
        down.head(head);
    }

    void responseContent(HttpContent content) {
        down.content(content);
    }

    void responseReadComplete() {
        down.readComplete();
    }

    void originEnded(boolean reset) {
        down.ended(reset, this);
    }

    void originWritabilityChanged() {
        up.originWritabilityChanged();
    }

    // ---- what ends it ----

    private void responseWritten(ChannelFuture written) {
        ends.written(written);
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    @Override
    public void abort(CloseReason reason) {
        ends.abort(reason);
    }

    void sweep(long nowNanos) {
        if (watch.isOverdue(nowNanos, loop.shortage(), down.isWaiting())) {
            down.timeOut();
        }
    }
}
