package io.weir.launcher;

import io.weir.eventbus.LoopDelay;
import io.weir.proxyengine.ProxyEngine;
import io.weir.wsgateway.metrics.NodeMetrics;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Shows the engine's figures to the gateway, once there is an engine. Any thread. */
final class EngineMetrics implements NodeMetrics {
    private final AtomicReference<@Nullable ProxyEngine> engine;

    EngineMetrics(AtomicReference<@Nullable ProxyEngine> engine) {
        this.engine = engine;
    }

    @Override
    public int connections() {
        ProxyEngine running = engine.get();
        return running == null ? 0 : running.connections();
    }

    @Override
    public List<LoopDelay> loopDelays() {
        ProxyEngine running = engine.get();
        return running == null ? List.of() : running.loopDelays();
    }
}
