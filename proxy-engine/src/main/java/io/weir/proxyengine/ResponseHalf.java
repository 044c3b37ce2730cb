package io.weir.proxyengine;

import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.ReferenceCountUtil;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What passes from the origin to the client in an {@link Exchange}: the origin is read no faster than the client takes it. An origin that ends before it has answered costs the
 * client a 502, unless the request may be sent again; one that ends in its answer costs it the connection, so that no client takes a part for the whole. Event loop of both
 * channels.
 */
final class ResponseHalf {
    private static final Logger log = LoggerFactory.getLogger(ResponseHalf.class);

    private final EngineLoop loop;
    private final SocketChannel client;
    private final SessionMeter meter;
    private final RequestSide request;
    private final ResponseSide response;
    private final OriginLeg leg;
    private final ExchangeEnds ends;
    private final @Nullable PlainRecording recording;
    private @Nullable PacedConnection paced; // null if nothing limits it
    private boolean retried;

    ResponseHalf(
            EngineLoop loop,
            SocketChannel client,
            SessionMeter meter,
            RequestSide request,
            ResponseSide response,
            OriginLeg leg,
            ExchangeEnds ends,
            @Nullable PlainRecording recording) {
        this.loop = loop;
        this.client = client;
        this.meter = meter;
        this.request = request;
        this.response = response;
        this.leg = leg;
        this.ends = ends;
        this.recording = recording;
    }

    /** It has an origin. */
    void begin(OriginHandler connection, @Nullable PacedConnection limited) {
        paced = limited;
        if (limited != null) {
            limited.carriedBy(connection.channel());
        }
    }

    /** Whether it would go on if it were its turn. */
    boolean isWaiting() {
        return paced != null && paced.isWaiting();
    }

    void head(HttpResponse head) {
        if (ends.isOver()) {
            ReferenceCountUtil.release(head);
        } else if (isForUs(head)) {
            ReferenceCountUtil.release(head);
            turnedAway();
        } else {
            if (recording != null) {
                recording.responseHead(head);
            }
            boolean mayKeepAlive = request.keepsAlive() && request.isComplete() && ends.keepsClient();
            proceed(response.head(head, mayKeepAlive));
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
            ends.refuse(UpstreamFault.turnedAway(why).refusal());
        }
    }

    void content(HttpContent content) {
        if (ends.isOver()) {
            ReferenceCountUtil.release(content);
            return;
        }
        if (recording != null && response.isBegun()) {
            recording.responseContent(content);
        }
        proceed(response.content(content));
    }

    private void proceed(ResponseSide.Step step) {
        switch (step) {
            case REFUSE -> malformed(response.fault());
            case SWITCH -> switchToRelay();
            case GO_ON -> pauseOriginIfClientIsBehind();
            case COMPLETE -> {} // the end of the read shows whether more came
        }
    }

    private void malformed(String fault) {
        log.debug(
                "bad response session={} origin={} {}",
                meter.id(),
                request.target().authority(),
                fault);
        if (response.isBegun()) {
            ends.breakOff(CloseReason.BAD_RESPONSE, true);
        } else {
            ends.refuse(Refusal.badResponse(fault));
        }
    }

    private void switchToRelay() {
        OriginHandler connection = leg.connection();
        if (connection != null) {
            ends.relay(connection);
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

    void clientWritabilityChanged() {
        OriginHandler connection = leg.connection();
        if (client.isWritable() && connection != null && !connection.channel().isInputShutdown()) {
            connection.channel().config().setAutoRead(true);
        }
    }

    /** Only now is it known whether more came than the response: an origin's connection is clean from here on, not before. */
    void readComplete() {
        OriginHandler connection = leg.connection();
        if (response.isComplete() && connection != null) {
            leg.leave();
            if (paced != null) {
                paced.leaveOrigin();
            }
            connection.release(response.originKeepsAlive() && request.isComplete());
        }
        loop.http().flushes().flushSoon(client);
    }

    /**
     * The origin sends nothing more, or the connection broke.
     *
     * @param again who hears of another connection, if the request may be sent again
     */
    void ended(boolean reset, ConnectListener again) {
        if (ends.isOver()) {
            return;
        }
        if (response.isComplete()) {
            readComplete();
        } else if (mayRetry()) {
            retried = true;
            leg.drop(false);
            leg.connect(again);
        } else if (response.isBegun()) {
            ends.breakOff(
                    reset ? CloseReason.ORIGIN_RESET : CloseReason.ORIGIN_ABORTED, reset || response.endsWithFin());
        } else {
            ends.refuse(Refusal.unanswered(reset));
        }
    }

    private boolean mayRetry() {
        OriginHandler connection = leg.connection();
        return connection != null
                && connection.isReused()
                && !response.isBegun()
                && !retried
                && request.isRepeatable()
                && meter.total().originDown() == 0;
    }

    /** Nothing moves any more. */
    void timeOut() {
        if (response.isBegun()) {
            ends.breakOff(CloseReason.IDLE_TIMEOUT, true);
        } else {
            ends.refuse(Refusal.unansweredInTime(request.target().authority()));
        }
    }
}
