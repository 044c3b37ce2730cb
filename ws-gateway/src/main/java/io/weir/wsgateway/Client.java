package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.weir.wsgateway.ClientCommand.Subscribe;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * One connected dashboard: what it subscribed to, and what it was not sent because it reads too slowly. Event loop of the
 * gateway.
 *
 * <p>While more than the channel's high-water mark waits to be written the client is not ready, and messages pass it by: at
 * most that mark and one message are ever held for it. What passed it by is told with the next message that does not.
 */
final class Client {
    private final Channel channel;
    private final Ledger ledger;
    private final Map<Topic, Long> skipped = new EnumMap<>(Topic.class);
    private Subscribe subscription = Subscribe.NOTHING;
    private long missedLines;

    Client(Channel channel, Ledger ledger) {
        this.channel = channel;
        this.ledger = ledger;
    }

    /** Replaces what is subscribed to, all of it. */
    void subscribe(Subscribe to) {
        subscription = to;
        skipped.keySet().retainAll(to.topics());
        if (!wants(Topic.LOGS)) {
            missedLines = 0;
        }
    }

    Subscribe subscription() {
        return subscription;
    }

    boolean wants(Topic topic) {
        return subscription.topics().contains(topic);
    }

    LogLevel logLevel() {
        return subscription.logLevel();
    }

    /** Whether there is room for a message. */
    boolean isReady() {
        return channel.isWritable() && !Farewell.isSaid(channel);
    }

    /** Bytes that wait to be written. */
    long pendingBytes() {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        return pending == null ? 0 : pending.totalPendingWriteBytes();
    }

    ByteBufAllocator allocator() {
        return channel.alloc();
    }

    Channel channel() {
        return channel;
    }

    /** Counts a message that this client did not get. */
    void skip(Topic topic) {
        skipped.merge(topic, 1L, Long::sum);
    }

    /** Counts log lines that this client did not get. */
    void miss(long lines) {
        missedLines += lines;
    }

    /** Sends a message of a topic, with the number of those before it that were skipped; takes over the reference. */
    void send(Topic topic, ByteBuf message) {
        Long missing = skipped.remove(topic);
        write(missing == null ? message : Json.withNumber(message, "skipped", missing));
    }

    /** Sends log lines, after a line about those that were missed; takes over the reference. */
    void sendLines(ByteBuf batch) {
        tellMissedLines();
        write(batch);
    }

    /** Says how many log lines did not reach this client, if any did not and there is room. */
    void tellMissedLines() {
        if (missedLines > 0 && isReady()) {
            LogLine line = LogTopic.warning("missed " + missedLines + " lines");
            missedLines = 0;
            write(LogTopic.batch(allocator(), ledger.latest().sequence(), List.of(line)));
        }
    }

    /** Answers a message that could not be understood, if there is room. */
    void sendError(String why) {
        if (isReady()) {
            write(Json.object(allocator(), 128, json -> {
                json.writeStringProperty("type", "error");
                json.writeNumberProperty("seq", ledger.latest().sequence());
                json.writeArrayPropertyStart("data");
                json.writeStartObject();
                json.writeStringProperty("message", why);
                json.writeEndObject();
                json.writeEndArray();
            }));
        }
    }

    private void write(ByteBuf message) {
        channel.writeAndFlush(new TextWebSocketFrame(message)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
