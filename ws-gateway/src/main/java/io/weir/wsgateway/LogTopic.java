package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The topic {@code logs}: lines in batches, each subscriber's from its level up. Event loop of the gateway, but for the
 * notices of the feed, which arrive on any thread.
 */
final class LogTopic implements LogFeed.Arrival {
    private static final int EXPECTED_BYTES_PER_LINE = 160;

    private final EventLoop loop;
    private final Clients clients;
    private final Ledger ledger;
    private final LogFeed feed;
    private final long periodMillis;
    private @Nullable Future<?> flush;

    LogTopic(EventLoop loop, Clients clients, Ledger ledger, LogFeed feed, GatewayLimits limits) {
        this.loop = loop;
        this.clients = clients;
        this.ledger = ledger;
        this.feed = feed;
        this.periodMillis = limits.logsPeriod().toMillis();
    }

    /** Follows what is subscribed to. */
    void subscriptionsChanged() {
        feed.want(clients.lowestLogLevel());
    }

    @Override
    public void begun() {
        onLoop(() -> {
            if (flush == null) {
                flush = loop.schedule(this::flush, periodMillis, TimeUnit.MILLISECONDS);
            }
        });
    }

    @Override
    public void full() {
        onLoop(this::flush);
    }

    private void onLoop(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }

    private void flush() {
        Future<?> scheduled = flush;
        if (scheduled != null) {
            scheduled.cancel(false);
            flush = null;
        }
        LogFeed.Drained drained = feed.drain();
        if (drained.dropped() > 0) {
            send(List.of(warning(drained.dropped() + " lines were dropped")), Optional.empty());
        }
        for (int from = 0; from < drained.lines().size(); from += LogFeed.BATCH) {
            int to = Math.min(from + LogFeed.BATCH, drained.lines().size());
            sendToEachLevel(drained.lines().subList(from, to));
        }
    }

    private void sendToEachLevel(List<LogLine> lines) {
        for (LogLevel level : LogLevel.values()) {
            List<LogLine> loud = lines.stream()
                    .filter(line -> line.level().compareTo(level) >= 0)
                    .toList();
            if (!loud.isEmpty()) {
                send(loud, Optional.of(level));
            }
        }
    }

    /** Sends to who subscribed to exactly that level, or to everybody. */
    private void send(List<LogLine> lines, Optional<LogLevel> level) {
        long sequence = ledger.latest().sequence();
        clients.sendLines(level, lines.size(), allocator -> batch(allocator, sequence, lines));
    }

    /** A line of the gateway's own, about the lines that are missing. */
    static LogLine warning(String message) {
        return new LogLine(LogLevel.WARN, 0, message, System.currentTimeMillis());
    }

    /** A {@code log_batch} message; the caller owns it. */
    static ByteBuf batch(ByteBufAllocator allocator, long sequence, List<LogLine> lines) {
        return Json.object(allocator, EXPECTED_BYTES_PER_LINE * lines.size(), json -> {
            json.writeStringProperty("type", "log_batch");
            json.writeNumberProperty("seq", sequence);
            json.writeArrayPropertyStart("data");
            lines.forEach(line -> write(json, line));
            json.writeEndArray();
        });
    }

    private static void write(JsonGenerator json, LogLine line) {
        json.writeStartObject();
        json.writeStringProperty("level", line.level().name());
        json.writeNumberProperty("session", line.session());
        json.writeStringProperty("message", line.message());
        json.writeStringProperty("time", Json.time(line.atMillis()));
        json.writeEndObject();
    }
}
