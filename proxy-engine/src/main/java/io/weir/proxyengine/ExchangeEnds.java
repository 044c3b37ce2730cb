package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;

/**
 * The ways in which an {@link Exchange} ends, the good one among them: each says what becomes of the client's connection, of the origin's and of the session. Event loop of
 * both channels.
 */
final class ExchangeEnds {
    private final EngineLoop loop;
    private final ClientLife life;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final RequestSide request;
    private final ResponseSide response;
    private final OriginLeg leg;
    private final @Nullable PlainRecording recording;
    private boolean over;

    ExchangeEnds(
            EngineLoop loop,
            ClientLife life,
            SocketChannel client,
            SessionMeter meter,
            RequestSide request,
            ResponseSide response,
            OriginLeg leg,
            @Nullable PlainRecording recording) {
        this.loop = loop;
        this.life = life;
        this.client = client;
        this.meter = meter;
        this.request = request;
        this.response = response;
        this.leg = leg;
        this.recording = recording;
    }

    /** Whether the client's connection goes on after the answer. */
    boolean keepsClient() {
        return loop.keeps(life.caller());
    }

    /** Whether it has ended: nothing that comes is for it any more. */
    boolean isOver() {
        return over;
    }

    private void end() {
        over = true;
        loop.sessions().unregister(meter);
    }

    /** The proxy itself is who was asked. */
    void answer(ByteBuf reply) {
        end();
        life.answers().answer(meter, Leg.UP, Leg.DOWN, reply, CloseReason.COMPLETED, HttpResponseStatus.OK.code());
    }

    /** The client gets another answer than the origin's. */
    void refuse(Refusal refusal) {
        over = true;
        if (recording != null) {
            recording.ends();
            recording.refused(refusal);
        }
        loop.sessions().unregister(meter);
        leg.drop(false);
        life.answers()
                .answer(
                        meter,
                        Leg.UP,
                        Leg.DOWN,
                        refusal,
                        request.head().method().equals(HttpMethod.HEAD));
    }

    /** The last write of the response has ended. */
    void written(ChannelFuture written) {
        if (over) {
            return;
        }
        end();
        if (!written.isSuccess()) {
            life.settle();
            client.close();
            closeMeter(CloseReason.CLIENT_ABORTED);
        } else if (response.closesAfter()) {
            life.leave();
            LingeringClose.begin(loop, client, meter, Leg.UP, CloseReason.COMPLETED, response.status());
        } else {
            meter.close(CloseReason.COMPLETED, response.status());
            life.served();
        }
    }

    /** The protocol changes: a relay has both connections, and the session, from now on. */
    void relay(OriginHandler connection) {
        over = true;
        leg.leave();
        loop.sessions().unregister(meter);
        Bandwidth bandwidth = life.memory().takeBandwidth();
        var relay = new Relay(loop, meter, client, connection.channel(), response.status(), bandwidth);
        relay.begin();
        life.makeWay();
        connection.leaveTo(relay);
        client.flush();
        relay.run();
    }

    /** Ends both connections in the middle of the response. What was written before still goes out, unless it is to be a reset. */
    void breakOff(CloseReason reason, boolean reset) {
        end();
        leg.drop(false);
        if (reset) {
            life.settle();
            client.config().setSoLinger(0);
            client.close();
            closeMeter(reason);
        } else {
            life.leave();
            LingeringClose.begin(loop, client, meter, Leg.UP, reason, response.status());
        }
    }

    /** Ends both connections, wherever it stands. */
    void abort(CloseReason reason) {
        if (over) {
            return;
        }
        over = true;
        if (recording != null) {
            recording.ends();
        }
        loop.sessions().unregister(meter);
        leg.drop(reason == CloseReason.CLIENT_RESET);
        life.settle();
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
}
