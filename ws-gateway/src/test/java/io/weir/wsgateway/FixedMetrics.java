package io.weir.wsgateway;

import io.weir.eventbus.LoopDelay;
import io.weir.wsgateway.metrics.NodeMetrics;
import io.weir.wsgateway.metrics.OverloadFill;
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

    @Override
    public int overloadStep() {
        return 2;
    }

    @Override
    public long overloadRefused() {
        return 5;
    }

    @Override
    public List<OverloadFill> overloadFills() {
        return List.of(new OverloadFill("heap", () -> 0.83));
    }
}
