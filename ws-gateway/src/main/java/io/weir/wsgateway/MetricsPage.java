package io.weir.wsgateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.wsgateway.metrics.GatewayFigures;
import io.weir.wsgateway.metrics.Meters;
import io.weir.wsgateway.metrics.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code GET /metrics}. Event loop of the gateway; the text is written on a thread of its own, {@code weir-metrics},
 * which rests while nobody asks, because some figures are read from files.
 *
 * <p>An answer waits for a fresh snapshot and fresh figures of users, but no longer than a second: a ledger that is stuck is what somebody then wants to
 * see, and what it said last is still true.
 */
final class MetricsPage implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MetricsPage.class);
    private static final long PATIENCE_MILLIS = 1_000;
    private static final long REST_SECONDS = 10;
    private static final int MAX_WAITING = 16;

    private final EventLoop loop;
    private final Ledger ledger;
    private final Meters meters;
    private final Supplier<GatewayFigures> gateway;
    private final SnapshotReader snapshots;
    private final ExecutorService writer;
    private final Set<Channel> waiting = new LinkedHashSet<>();
    private UsageReport users = UsageReport.EMPTY; // as they came last

    MetricsPage(EventLoop loop, Ledger ledger, Meters meters, Supplier<GatewayFigures> gateway) {
        this.loop = loop;
        this.ledger = ledger;
        this.meters = meters;
        this.gateway = gateway;
        this.snapshots = new SnapshotReader(loop, ledger, this::arrived);
        ThreadPoolExecutor executor = new ThreadPoolExecutor(
                1, 1, REST_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), MetricsPage::thread);
        executor.allowCoreThreadTimeOut(true);
        this.writer = executor;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "weir-metrics");
        thread.setDaemon(true);
        return thread;
    }

    /** Answers in a moment. */
    void send(Channel channel) {
        waiting.add(channel);
        loop.schedule(() -> lostPatience(channel), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        snapshots.readIfIdle();
    }

    private void arrived(SnapshotReader.Reading reading) {
        List<Channel> channels = new ArrayList<>(waiting);
        ledger.requestUserFigures(report -> hop(channels, reading.snapshot(), report));
    }

    /** Aggregator's thread: nothing may be thrown into it. */
    private void hop(List<Channel> channels, Snapshot snapshot, UsageReport report) {
        try {
            loop.execute(() -> arrived(channels, snapshot, report));
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }

    private void arrived(List<Channel> channels, Snapshot snapshot, UsageReport report) {
        users = report;
        Reading now = reading(snapshot);
        for (Channel channel : channels) {
            if (waiting.remove(channel)) {
                answer(channel, now);
            }
        }
    }

    private Reading reading(Snapshot snapshot) {
        return new Reading(snapshot, ledger.health(), gateway.get(), users);
    }

    private void lostPatience(Channel channel) {
        if (waiting.remove(channel)) {
            answer(channel, reading(ledger.latest()));
        }
    }

    private void answer(Channel channel, Reading now) {
        try {
            writer.execute(() -> write(channel, now));
        } catch (RejectedExecutionException e) { // more ask than can be answered, or the gateway was closed
            Replies.refuse(channel, HttpResponseStatus.SERVICE_UNAVAILABLE);
        }
    }

    /** Thread for metrics. */
    private void write(Channel channel, Reading now) {
        try {
            byte[] text = meters.text(now);
            loop.execute(() ->
                    Replies.send(channel, HttpResponseStatus.OK, Meters.CONTENT_TYPE, Unpooled.wrappedBuffer(text)));
        } catch (IOException | RuntimeException e) {
            LOG.error("the metrics could not be written", e);
            Farewell.cut(channel);
        }
    }

    /** Ends the thread. */
    @Override
    public void close() {
        writer.shutdownNow();
        meters.close();
    }
}
