package io.weir.launcher;

import io.weir.eventbus.OverloadStep;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.wsgateway.NodeStatus;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** How far a node is, for its gateway, which is there before the engine is. Any thread. */
final class NodeState {
    private final AtomicReference<@Nullable ProxyEngine> engine = new AtomicReference<>();
    private final AtomicReference<@Nullable OverloadMonitor> overload = new AtomicReference<>();
    private final long startedAtMillis = System.currentTimeMillis();
    private final LongSupplier configVersion;
    private volatile boolean isStopping;

    NodeState(LongSupplier configVersion) {
        this.configVersion = configVersion;
    }

    /** Clients are served from now on. */
    void started(ProxyEngine running, OverloadMonitor monitor) {
        overload.set(monitor);
        engine.set(running);
    }

    /** New clients are not served any more. */
    void stopping() {
        isStopping = true;
    }

    /** The engine; null before it was started. */
    @Nullable ProxyEngine engine() {
        return engine.get();
    }

    /** What watches over it; null before the engine was started. */
    @Nullable OverloadMonitor overload() {
        return overload.get();
    }

    void ifStarted(Consumer<ProxyEngine> what) {
        ProxyEngine running = engine.get();
        if (running != null) {
            what.accept(running);
        }
    }

    NodeStatus status(long countingSinceMillis) {
        ProxyEngine running = engine.get();
        List<String> listeners = running == null
                ? List.of()
                : running.listeners().stream().map(Text::listener).toList();
        return new NodeStatus(
                        Version.text(),
                        listeners,
                        countingSinceMillis,
                        startedAtMillis,
                        isStopping,
                        configVersion.getAsLong())
                .withOverload(
                        running == null ? OverloadStep.NORMAL : running.overloadStep(),
                        running == null ? "" : running.overloadCause());
    }
}
