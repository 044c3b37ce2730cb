package io.weir.proxyengine;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.weir.eventbus.SessionMeter;

/** Who has asked for a tunnel with a CONNECT on a channel; what the client sends until it stands waits in the decoder. Event loop of the channel. */
final class ConnectAsker implements TunnelAsker {
    private static final int VIA_CHARS_MAX = 2000;

    private final ClientLife life;
    private final ClientAnswers answers;
    private final Caller caller;
    private final String via;

    ConnectAsker(ClientLife life, ClientAnswers answers, HttpRequest request) {
        this.life = life;
        this.answers = answers;
        caller = life.caller();
        String passed = String.join(", ", request.headers().getAll(HttpHeaderNames.VIA));
        via = passed.length() <= VIA_CHARS_MAX ? passed : "";
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
        life.makeWay();
    }

    @Override
    public void settle() {
        life.settle();
    }

    @Override
    public void refuse(SessionMeter meter, Refusal refusal) {
        answers.answer(meter, Leg.OVERHEAD_UP, Leg.OVERHEAD_DOWN, refusal, false);
    }
}
