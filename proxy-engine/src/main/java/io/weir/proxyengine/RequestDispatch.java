package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;

/**
 * Opens the session of each request of one client connection that is served, and gives it to what carries it: a {@link TunnelOpening} or an {@link Exchange}. {@link CaSite} is
 * answered here. Event loop of the connection.
 */
final class RequestDispatch {
    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final RequestDecoder decoder;
    private final ClientBytes bytes;
    private final Underway underway;
    private final ExchangeMemory memory;
    private final ClientAnswers answers;

    RequestDispatch(
            EngineLoop loop,
            ClientLife life,
            SocketChannel client,
            RequestDecoder decoder,
            ClientBytes bytes,
            Underway underway,
            ExchangeMemory memory,
            ClientAnswers answers) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.decoder = decoder;
        this.bytes = bytes;
        this.underway = underway;
        this.memory = memory;
        this.answers = answers;
    }

    /** The request may be served. */
    void serve(HttpRequest request) {
        if (request.method().equals(HttpMethod.CONNECT)) {
            beginTunnel(request);
        } else {
            beginExchange(request);
        }
    }

    private void beginTunnel(HttpRequest request) {
        Authority authority = Authority.parse(request.uri(), 0);
        if (authority == null) {
            answers.refuse(request, Refusal.badRequest("CONNECT takes host:port"));
            return;
        }
        if (LocalAnswer.isLoop(request, loop.config().nodeName())) {
            answers.refuse(request, Refusal.loop());
            return;
        }
        SessionMeter meter = RequestSessions.tunnel(loop, authority.toString(), life.caller());
        bytes.opened(meter, Leg.OVERHEAD_UP);
        bytes.payloadFollows();
        var opening = new TunnelOpening(loop, new ConnectAsker(life, answers, request), client, meter, authority);
        underway.carries(opening);
        opening.begin();
    }

    private void beginExchange(HttpRequest request) {
        if (!HttpTarget.isHttp(request.uri())) {
            answers.refuse(
                    request,
                    Refusal.badRequest(
                            "this is a proxy: the target must be http://host/path, or CONNECT host:port for anything else"));
            return;
        }
        HttpTarget target = memory.target(request);
        if (target == null) {
            answers.refuse(request, Refusal.badRequest("the target is malformed"));
            return;
        }
        SessionMeter meter = RequestSessions.exchange(loop, request.method().name(), target, life.caller());
        bytes.opened(meter, Leg.UP);
        Interception interception = loop.interception();
        if (interception != null && CaSite.is(target.authority())) {
            answerCaSite(interception, meter, request, target);
            return;
        }
        bytes.responds(meter);
        var exchange = new Exchange(loop, life, client, decoder, meter, request, target);
        underway.carries(exchange);
        exchange.begin();
    }

    private void answerCaSite(Interception interception, SessionMeter meter, HttpRequest request, HttpTarget target) {
        boolean isHead = request.method().equals(HttpMethod.HEAD);
        CaSite.Answer answer = CaSite.answer(client.alloc(), interception.authority(), target.originForm(), isHead);
        answers.answer(meter, Leg.UP, Leg.DOWN, answer.bytes(), CloseReason.COMPLETED, answer.status());
    }
}
