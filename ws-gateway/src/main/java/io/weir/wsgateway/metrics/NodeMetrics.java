package io.weir.wsgateway.metrics;

import io.weir.eventbus.LoopDelay;
import java.util.List;

/** Figures of the node that neither its ledger nor the gateway has. Any thread; nothing here waits. */
public interface NodeMetrics {
    /** Those of a gateway without a proxy. */
    NodeMetrics NONE = new NodeMetrics() {
        @Override
        public int connections() {
            return 0;
        }

        @Override
        public List<LoopDelay> loopDelays() {
            return List.of();
        }
    };

    /** Clients connected to the proxy now; 0 before it listens. */
    int connections();

    /** The proxies that sessions may go through; none before there are any. */
    default List<UpstreamFigures> upstreams() {
        return List.of();
    }

    /** The event loops that carry traffic; none before they run, the same from then on. */
    List<LoopDelay> loopDelays();
}
