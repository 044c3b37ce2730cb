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
        public int usersOverQuota() {
            return 0;
        }

        @Override
        public List<LoopDelay> loopDelays() {
            return List.of();
        }
    };

    /** Clients connected to the proxy now; 0 before it listens. */
    int connections();

    /** Users who have used up a quota of today or this month. */
    int usersOverQuota();
    /** The proxies that sessions may go through; none before there are any. */
    default List<UpstreamFigures> upstreams() {
        return List.of();
    }

    /** The event loops that carry traffic; none before they run, the same from then on. */
    List<LoopDelay> loopDelays();

    /** How far the node goes to spare what is short: 0 normal to 4 accept paused. */
    default int overloadStep() {
        return 0;
    }

    /** Requests that were refused since the start because something was short. */
    default long overloadRefused() {
        return 0;
    }

    /** What may run short; none before the engine runs, the same from then on. */
    default List<OverloadFill> overloadFills() {
        return List.of();
    }
}
