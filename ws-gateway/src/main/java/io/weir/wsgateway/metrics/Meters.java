package io.weir.wsgateway.metrics;

import io.weir.eventbus.LoopDelay;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * All metrics of a node. Any thread, one at a time.
 *
 * <p>Nothing is set up before somebody asks, since that takes as long as a tenth of a start. Whoever made it closes it.
 */
public final class Meters implements AutoCloseable {
    /** What the text is, as Prometheus wants to be told. */
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final String version;
    private final NodeMetrics node;
    private final LoopDelay gatewayLoop;
    private @Nullable MeterTable table;
    private @Nullable Reading last;

    /** @param version of the program */
    public Meters(String version, NodeMetrics node, LoopDelay gatewayLoop) {
        this.version = version;
        this.node = node;
        this.gatewayLoop = gatewayLoop;
    }

    /**
     * Every metric, as UTF-8. Reads files under {@code /proc} and asks the disk: not for an event loop.
     *
     * @throws IOException if the text cannot be written, which has no cause that we know of
     */
    public synchronized byte[] text(Reading asked) throws IOException {
        Reading now = last == null ? asked : asked.notBefore(last);
        last = now;
        if (table == null) {
            table = new MeterTable(now);
            table.addNode(version, node);
            table.addJvm();
        }
        table.show(now);
        table.addLoop(gatewayLoop);
        node.loopDelays().forEach(table::addLoop);
        return table.text();
    }

    @Override
    public synchronized void close() {
        if (table != null) {
            table.close();
            table = null;
        }
    }
}
