package io.weir.wsgateway.metrics;

import io.weir.eventbus.LoopDelay;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of a node. Any thread, one at a time.
 *
 * <p>Nothing is set up before somebody asks, since that takes as long as half a start. Whoever made it closes it.
 */
public final class Meters implements AutoCloseable {
    /** What the text is, as Prometheus wants to be told. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private record Parts(MeterTable table, LedgerMeters ledger, UserMeters users, NodeMeters node) {}

    private final String version;
    private final NodeMetrics node;
    private final LoopDelay gatewayLoop;
    private @Nullable Parts parts;
    private @Nullable Reading last;

    /** @param version of the program */
    public Meters(String version, NodeMetrics node, LoopDelay gatewayLoop) {
        this.version = version;
        this.node = node;
        this.gatewayLoop = gatewayLoop;
    }

    /**
     * Every metric, as UTF-8. Reads files under {@code /proc}: not for an event loop.
     *
     * @throws IOException if the text cannot be written, which has no cause that we know of
     */
    public synchronized byte[] text(Reading asked) throws IOException {
        Reading now = last == null ? asked : asked.notBefore(last);
        last = now;
        if (parts == null) {
            parts = setUp(now);
        }
        parts.table().show(now);
        parts.ledger().addClosed(now.snapshot().closedCounts());
        parts.users().show(now.users());
        node.loopDelays().forEach(parts.node()::addLoop);
        node.overloadFills().forEach(parts.node()::addFill);
        node.upstreams().forEach(each -> parts.node().addUpstream(each.name(), node));
        return parts.table().text();
    }

    private Parts setUp(Reading first) {
        MeterTable table = new MeterTable(first);
        LedgerMeters ledger = new LedgerMeters(table);
        ledger.add();
        NodeMeters process = new NodeMeters(table);
        process.add(version, node, first.health());
        process.addLoop(gatewayLoop);
        return new Parts(table, ledger, new UserMeters(table), process);
    }

    @Override
    public synchronized void close() {
        if (parts != null) {
            parts.node().close();
            parts.table().close();
            parts = null;
        }
    }
}
