package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request and its response inside an intercepted tunnel, streamed between two sides that may speak different versions of HTTP.
 * A child session. Event loop of the tunnel.
 *
 * <p>Each side is read no faster than the other takes. The exchange is over when both sides are done with it, as only then all its bytes
 * are counted; the first reason that it did not go well is its reason. After a switch of protocols it goes on with bytes in both
 * directions until both have ended.
 */
final class InterceptedExchange implements ActiveSession {
    private static final Logger log = LoggerFactory.getLogger(InterceptedExchange.class);
    private static final int INTERIM_MAX = 20;

    private final InterceptedTunnel tunnel;
    private final SessionMeter meter;
    private final ExchangeRecorder recorder;
    private final ClientSide client;
    private final @Nullable Ruling ruling;
    private @Nullable OriginSide origin;
    private @Nullable EarlyContent early = new EarlyContent();
    private final SmallPieces smallUp = new SmallPieces();
    private final SmallPieces smallDown = new SmallPieces();
    private int owedUp;
    private int owedDown;
    private int interims;
    private int status;
    private boolean asksForWebSocketStream;
    private boolean asksForWebSocketUpgrade;
    private boolean requestEnded;
    private boolean responseBegun;
    private boolean responseEnded;
    private boolean clientDone;
    private boolean originDone;
    private boolean over;
    private CloseReason reason = CloseReason.COMPLETED;

    /**
     * Makes one.
     *
     * @param ruling what the rules say of it, settled; null if there are none
     */
    InterceptedExchange(
            InterceptedTunnel tunnel,
            SessionMeter meter,
            ExchangeRecorder recorder,
            ClientSide client,
            @Nullable Ruling ruling) {
        this.tunnel = tunnel;
        this.meter = meter;
        this.recorder = recorder;
        this.client = client;
        this.ruling = ruling;
    }

    @Override
    public SessionMeter meter() {
        return meter;
    }

    ExchangeRecorder recorder() {
        return recorder;
    }

    @Nullable Ruling ruling() {
        return ruling;
    }

    /** The final status that the client got; 0 before. */
    int status() {
        return status;
    }

    boolean isResponseBegun() {
        return responseBegun;
    }

    boolean isResponseEnded() {
        return responseEnded;
    }

    boolean isRequestEnded() {
        return requestEnded;
    }

    /** Whether it has failed, or is to be ended. */
    boolean isBroken() {
        return reason != CloseReason.COMPLETED;
    }

    // ---- the request ----

    /** There is an origin to take the request, with what has come of its body meanwhile. */
    void carry(OriginSide side, RequestHead head, boolean last) {
        origin = side;
        recorder.origin(side.facts());
        meter.originConnected(side.facts().address());
        requestEnded |= last;
        asksForWebSocketStream = head.protocol().equals("websocket");
        asksForWebSocketUpgrade = Fields.wantsWebSocket(head.fields());
        side.request(head, last);
        EarlyContent waited = early;
        early = null;
        if (waited != null) {
            waited.passTo(this);
        }
        if (!isBroken()) {
            side.flush();
            client.readOn(side.isWritable());
        }
    }

    /** Takes a piece of the request's body, and the reference to it. */
    void requestContent(ByteBuf data, boolean last) {
        OriginSide side = origin;
        if (isBroken() || requestEnded || clientDone) {
            data.release();
            return;
        }
        if (side == null) {
            holdEarly(data, last, null);
            return;
        }
        int bytes = data.readableBytes();
        requestEnded = last;
        recorder.requestContent(data);
        boolean keepsUp = side.backlog() == 0;
        smallUp.pass(data, last, !side.isWritable(), side::content);
        if (last) {
            side.flush();
        }
        if (side.isWritable()) {
            client.passedOn(bytes, keepsUp);
        } else {
            owedUp += bytes;
            client.readOn(false);
        }
    }

    void requestTrailers(HttpHeaders fields) {
        OriginSide side = origin;
        if (isBroken() || requestEnded) {
            return;
        }
        if (side == null) {
            holdEarly(Unpooled.EMPTY_BUFFER, true, fields);
            return;
        }
        requestEnded = true;
        smallUp.flush(side::content);
        side.trailers(fields);
        side.flush();
    }

    private void holdEarly(ByteBuf data, boolean last, @Nullable HttpHeaders trailers) {
        EarlyContent waiting = early;
        if (waiting == null) {
            data.release();
        } else {
            waiting.add(data, last, trailers);
        }
    }

    void requestReadComplete() {
        if (origin != null && !isBroken()) {
            origin.flush();
        }
    }

    void originWritable() {
        int owed = owedUp;
        owedUp = 0;
        OriginSide side = origin;
        if (isBroken() || side == null) {
            return;
        }
        smallUp.flush(side::content);
        side.flush();
        client.passedOn(owed, false);
        client.readOn(true);
    }

    // ---- the response ----

    void response(ResponseHead head) {
        if (isBroken() || responseBegun) {
            return;
        }
        if (head.isInterim()) {
            if (++interims > INTERIM_MAX) {
                refuse(Refusal.badResponse("the origin sent more than " + INTERIM_MAX + " interim responses"));
            } else {
                client.interim(head);
            }
            return;
        }
        responseBegun = true;
        status = head.status().code();
        recorder.response(head.status(), head.fields(), tunnel.exchanges().responseFields());
        if (asksForWebSocketStream && status / 100 == 2) {
            recorder.countFrames(); // RFC 8441 §5: there is no 101
        }
        client.response(head);
    }

    /** Takes a piece of the response's body, and the reference to it. */
    void responseContent(ByteBuf data, boolean last) {
        OriginSide side = origin;
        if (isBroken() || !responseBegun || responseEnded || side == null) {
            ReferenceCountUtil.release(data);
            return;
        }
        int bytes = data.readableBytes();
        responseEnded = last;
        recorder.responseContent(data);
        boolean keepsUp = client.backlog() == 0;
        smallDown.pass(data, last, !client.isWritable(), client::content);
        if (last) {
            client.flush(); // with the end its side may be over before the read is complete
        }
        if (client.isWritable()) {
            side.passedOn(bytes, keepsUp);
        } else {
            owedDown += bytes;
            side.readOn(false);
        }
    }

    void responseTrailers(HttpHeaders fields) {
        if (!isBroken() && responseBegun && !responseEnded) {
            responseEnded = true;
            smallDown.flush(client::content);
            client.trailers(fields);
            client.flush();
        }
    }

    void responseReadComplete() {
        if (!isBroken()) {
            client.flush();
        }
    }

    void clientWritable() {
        int owed = owedDown;
        owedDown = 0;
        if (origin != null && !isBroken()) {
            smallDown.flush(client::content);
            client.flush();
            origin.passedOn(owed, false);
            origin.readOn(true);
        }
    }

    /** The protocol has changed: from here on there are bytes in both directions. */
    void goRaw() {
        requestEnded = false;
        responseBegun = true;
        if (asksForWebSocketUpgrade) {
            recorder.countFrames();
        }
    }

    // ---- ends ----

    /** Answers in the origin's stead, unless a response has begun: then it breaks off. */
    void refuse(Refusal refusal) {
        if (isBroken() || over) {
            return;
        }
        if (responseBegun) {
            breakOff(refusal.reason(), refusal.message());
            return;
        }
        fail(refusal.reason(), refusal.message());
        responseBegun = true;
        responseEnded = true;
        status = refusal.status().code();
        recorder.answered(refusal.status());
        letOriginGo();
        client.refuse(refusal);
    }

    /** The origin's side has ended before the response did. */
    void originGone(CloseReason why, String what) {
        if (isBroken() || responseEnded) {
            return;
        }
        if (responseBegun) {
            breakOff(why, what);
        } else {
            refuse(new Refusal(HttpResponseStatus.BAD_GATEWAY, "connection_terminated", what, why));
        }
    }

    /** The client has gone, or given the exchange up. */
    void clientGone(CloseReason why, String what) {
        if (isBroken() || clientDone) {
            return;
        }
        fail(why, what);
        letOriginGo();
    }

    /** Ends it on both sides, in its middle. */
    void breakOff(CloseReason why, String what) {
        breakOff(why, what, Http2Error.INTERNAL_ERROR);
    }

    private void breakOff(CloseReason why, String what, Http2Error error) {
        if (isBroken() || over) {
            return;
        }
        fail(why, what);
        letOriginGo();
        client.breakOff(why, error);
    }

    /** The origin has given the stream up: a client that understands why is told the same. */
    void originReset(Http2Error error) {
        if (isBroken() || responseEnded) {
            return;
        }
        String what = "the origin reset the stream: " + error;
        if (client.isHttp2()) {
            breakOff(CloseReason.ORIGIN_RESET, what, error);
        } else {
            originGone(CloseReason.ORIGIN_RESET, what);
        }
    }

    /** There is no room at the origin; the client may try again. */
    void originFull(String what) {
        if (client.isHttp2()) {
            breakOff(CloseReason.OVERLOADED, what, Http2Error.REFUSED_STREAM);
        } else {
            refuse(Refusal.overloaded(what));
        }
    }

    @Override
    public void abort(CloseReason why) {
        breakOff(
                why,
                switch (why) {
                    case CLOSED_BY_COMMAND -> "closed by a command";
                    case QUOTA_EXCEEDED -> "the user's quota is used up";
                    default -> "the proxy ended it";
                });
    }

    private void fail(CloseReason why, String what) {
        reason = why;
        smallUp.release();
        smallDown.release();
        recorder.failed(what);
        log.debug("exchange failed session={} reason={} {}", meter.id(), why, what);
    }

    private void letOriginGo() {
        EarlyContent waiting = early;
        early = null;
        if (waiting != null) {
            waiting.release();
        }
        if (origin != null) {
            origin.abandon();
        } else {
            originDone();
        }
    }

    /** No more of its bytes will be read from the client or written to it. */
    void clientDone() {
        clientDone = true;
        if (origin != null && !originDone && responseEnded && !requestEnded) {
            origin.abandon(); // it has answered before the end of the request, of which nothing more will come
        }
        maybeEnd();
    }

    /** No more of its bytes will be read from the origin or written to it. */
    void originDone() {
        originDone = true;
        if (responseEnded && !requestEnded && !clientDone && !isBroken()) {
            client.requestUnwanted();
        }
        maybeEnd();
    }

    private void maybeEnd() {
        if (over || !clientDone || !originDone) {
            return;
        }
        over = true;
        smallUp.release();
        smallDown.release();
        meter.close(reason, status);
        tunnel.exchanges().over(this);
    }
}
