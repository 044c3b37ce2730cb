package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers of our own on one client connection, each of which is a session's. All of them end the connection, but a 407 after which the client may ask again. Event loop of the
 * connection.
 */
final class ClientAnswers {
    private static final Logger log = LoggerFactory.getLogger(ClientAnswers.class);

    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final RequestDecoder decoder;
    private final ClientBytes bytes;
    private final Underway underway;

    ClientAnswers(
            EngineLoop loop,
            ClientLife life,
            SocketChannel client,
            RequestDecoder decoder,
            ClientBytes bytes,
            Underway underway) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.decoder = decoder;
        this.bytes = bytes;
        this.underway = underway;
    }

    /** Answers a request that nobody carries, and ends the connection: what follows on it can't be trusted. */
    void refuse(HttpRequest request, Refusal refusal) {
        boolean known = !request.decoderResult().isFailure();
        String method = known ? request.method().name() : "";
        SessionMeter meter = RequestSessions.nameless(loop, method, life.caller());
        bytes.opened(meter, Leg.UP);
        answer(meter, Leg.UP, Leg.DOWN, refusal, known && request.method().equals(HttpMethod.HEAD));
    }

    /** Answers that no session may begin: what was said counts for one that all such share. */
    void overloaded(HttpRequest request, String refusal) {
        SessionMeter overload = loop.standing().overload();
        bytes.opened(overload, Leg.UP);
        loop.admission().recordShortage(overload, life.caller().remote(), RequestSessions.host(request));
        answer(overload, Leg.UP, Leg.DOWN, Refusal.overloaded(refusal), false);
    }

    /** Answers that the rest of a head has not come in time. */
    void headTimedOut() {
        SessionMeter meter = RequestSessions.nameless(loop, "", life.caller());
        bytes.opened(meter, Leg.UP);
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

    /** Answers who has not shown who it is; the connection goes on if nothing follows the head that could be meant for somebody else. */
    void turnAway(HttpRequest request, Refusal refusal) {
        boolean isTunnel = request.method().equals(HttpMethod.CONNECT);
        Leg up = isTunnel ? Leg.OVERHEAD_UP : Leg.UP;
        Leg down = isTunnel ? Leg.OVERHEAD_DOWN : Leg.DOWN;
        String host = RequestSessions.host(request);
        SessionMeter meter = isTunnel ? RequestSessions.tunnel(loop, host, life.caller()) : turnedAway(request);
        bytes.opened(meter, up);
        LoopAccess access = loop.access();
        if (access != null) {
            access.record(meter, life.caller(), host, refusal);
        }
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        if (mayAskAgain(request, refusal, isTunnel)) {
            bytes.answers(meter, up, down);
            var answer = new KeptAnswer(loop, life, client, meter, refusal);
            underway.carries(answer);
            answer.send(
                    HeadWriter.refusal(client.alloc(), refusal, loop.config().nodeName(), isHead, false));
        } else {
            answer(meter, up, down, refusal, isHead);
        }
    }

    private SessionMeter turnedAway(HttpRequest request) {
        String method = request.method().name();
        HttpTarget target = HttpTarget.parse(request.uri(), false, Site.NONE);
        return target == null
                ? RequestSessions.nameless(loop, method, life.caller())
                : RequestSessions.exchange(loop, method, target, life.caller());
    }

    private boolean mayAskAgain(HttpRequest request, Refusal refusal, boolean isTunnel) {
        return refusal.status().equals(HttpResponseStatus.PROXY_AUTHENTICATION_REQUIRED)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && ForwardedHead.keepsAlive(request.headers(), request.protocolVersion())
                && !MessageRules.hasBody(request.headers())
                && !(isTunnel && decoder.waitingBytes() > 0)
                && loop.keeps(life.caller());
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
        life.leave();
        bytes.answers(meter, upLeg, downLeg);
        client.write(reply, client.voidPromise());
        LingeringClose.begin(loop, client, meter, upLeg, reason, status);
    }
}
