package io.weir.launcher;

import io.weir.eventbus.LoopDelay;
import io.weir.eventbus.QuotaBoard;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.wsgateway.metrics.NodeMetrics;
import io.weir.wsgateway.metrics.OverloadFill;
import io.weir.wsgateway.metrics.UpstreamFigures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows the engine's figures to the gateway, once there is an engine. Any thread. */
final class EngineMetrics implements NodeMetrics {
    private final NodeState state;
    private final QuotaBoard quotas;

    EngineMetrics(NodeState state, QuotaBoard quotas) {
        this.state = state;
        this.quotas = quotas;
    }

    @Override
    public int usersOverQuota() {
        return quotas.users(System.currentTimeMillis());
    }

    @Override
    public int connections() {
        @Nullable ProxyEngine running = state.engine();
        return running == null ? 0 : running.connections();
    }

    @Override
    public List<UpstreamFigures> upstreams() {
        @Nullable ProxyEngine running = state.engine();
        return running == null
                ? List.of()
                : running.upstreams().stream()
                        .map(each ->
                                new UpstreamFigures(each.name(), each.isUp(), each.sessions(), each.latencyMicros()))
                        .toList();
    }

    @Override
    public List<LoopDelay> loopDelays() {
        @Nullable ProxyEngine running = state.engine();
        return running == null ? List.of() : running.loopDelays();
    }

    @Override
    public int overloadStep() {
        @Nullable ProxyEngine running = state.engine();
        return running == null ? 0 : running.overloadStep().code();
    }

    @Override
    public long overloadRefused() {
        @Nullable ProxyEngine running = state.engine();
        return running == null ? 0 : running.refusedForOverload();
    }

    @Override
    public List<OverloadFill> overloadFills() {
        @Nullable OverloadMonitor monitor = state.overload();
        return monitor == null
                ? List.of()
                : monitor.gauges().stream()
                        .map(gauge -> new OverloadFill(gauge.watched().label(), gauge::fill))
                        .toList();
    }
}
