package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplaySpeed;
import io.weir.aggregator.replay.ReplayState;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;

/** Says where the replay is, and has it do what is asked. Event loop of the gateway; answers come when the replay has done it. */
final class ReplayApi {
    private static final Logger LOG = LoggerFactory.getLogger(ReplayApi.class);
    private static final long PATIENCE_SECONDS = 60; // to go to another time may mean to read for long

    private final @Nullable Replay replay;
    private final FreshSnapshots snapshots;
    private final ReplayOrder.Reader reader = new ReplayOrder.Reader(CommandsApi.MAX_BODY_BYTES);

    /** @param replay null if this is none */
    ReplayApi(@Nullable Replay replay, FreshSnapshots snapshots) {
        this.replay = replay;
        this.snapshots = snapshots;
    }

    void sendState(Channel channel) {
        Replay played = replay;
        if (played == null) {
            refuse(channel);
        } else {
            snapshots.with(channel, snapshot -> Replies.send(channel, answer(channel, played.state())));
        }
    }

    /** Does what the body asks for, and answers with the state that came of it. */
    void command(Channel channel, byte[] body) throws BadQuestionException {
        Replay played = replay;
        if (played == null) {
            refuse(channel);
            return;
        }
        ReplayOrder order = reader.read(body);
        LOG.debug("command=replay order={} by=\"{}\"", order, Addresses.client(channel));
        carryOut(played, order)
                .orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .whenComplete((state, late) -> hop(channel, state));
    }

    private static CompletableFuture<ReplayState> carryOut(Replay replay, ReplayOrder order) {
        if (order instanceof ReplayOrder.Play) {
            return replay.play();
        }
        if (order instanceof ReplayOrder.Pause) {
            return replay.pause();
        }
        if (order instanceof ReplayOrder.Step) {
            return replay.step();
        }
        if (order instanceof ReplayOrder.SeekTime time) {
            return replay.seekTo(time.atMillis());
        }
        if (order instanceof ReplayOrder.SeekSequence event) {
            return replay.seekToSequence(event.sequence());
        }
        return replay.speed(((ReplayOrder.Speed) order).speed());
    }

    /** Replay's thread: nothing may be thrown into it. */
    private static void hop(Channel channel, @Nullable ReplayState state) {
        try {
            channel.eventLoop().execute(() -> {
                if (state == null) {
                    Replies.refuse(channel, HttpResponseStatus.SERVICE_UNAVAILABLE, "the replay does not answer");
                } else if (channel.isOpen()) {
                    Replies.send(channel, answer(channel, state));
                }
            });
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }

    private static void refuse(Channel channel) {
        Replies.refuse(channel, HttpResponseStatus.NOT_FOUND, "this is a live node and no replay");
    }

    private static Answer answer(Channel channel, ReplayState state) {
        return Answer.ok(channel.alloc(), json -> write(json, state));
    }

    /** The properties of a state. */
    static void write(JsonGenerator json, ReplayState state) {
        ReplaySpeed speed = state.speed();
        json.writeStringProperty("state", state.mode().name().toLowerCase(Locale.ROOT));
        json.writeNumberProperty("at", state.atMillis());
        json.writeNumberProperty("sequence", state.sequence());
        json.writeNumberProperty("from", state.range().fromMillis());
        json.writeNumberProperty("to", state.range().toMillis());
        json.writeNumberProperty("firstSequence", state.range().first());
        json.writeNumberProperty("lastSequence", state.range().last());
        if (speed.isMax()) {
            json.writeStringProperty("speed", "max");
        } else {
            json.writeNumberProperty("speed", speed.factor());
        }
        json.writeNumberProperty("seeks", state.generation());
        if (state.missing() > 0) {
            json.writeNumberProperty("missing", state.missing());
        }
        if (!state.trouble().isEmpty()) {
            json.writeStringProperty("error", state.trouble());
        }
    }
}
