package io.weir.launcher;

import io.weir.eventbus.LoopDelay;
import io.weir.proxyengine.ProxyEngine;
import io.weir.wsgateway.metrics.NodeMetrics;
import io.weir.wsgateway.metrics.UpstreamFigures;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows the engine's figures to the gateway, once there is an engine. Any thread. */
final class EngineMetrics implements NodeMetrics {
    private final NodeState state;

    EngineMetrics(NodeState state) {
        this.state = state;
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
}
