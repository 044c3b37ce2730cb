package io.weir.wsgateway;

import io.weir.eventbus.LoopDelay;
import io.weir.wsgateway.metrics.NodeMetrics;
import java.util.List;

/** A node with three clients and no event loop. */
final class FixedMetrics implements NodeMetrics {
    @Override
    public int connections() {
        return 3;
    }

    @Override
    public int usersOverQuota() {
        return 2;
    }

    @Override
    public List<LoopDelay> loopDelays() {
        return List.of();
    }
}
