package io.weir.launcher;

import io.weir.proxyengine.ListenerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node is started with. Immutable; its parts check themselves when they are made.
 *
 * @param listeners where the proxy listens
 * @param gateway how the gateway is reached
 * @param data what outlives the process
 * @param allowOpen whether the proxy may listen for anybody
 * @param drain how long sessions may go on after a signal to stop
 * @param ringSlots size of the ring; a power of two
 * @param intercept what is intercepted
 * @param access who may use the proxy
 * @param rules the file that says what is allowed; null if everything is
 */
record NodeConfig(
        List<ListenerConfig> listeners,
        GatewayOptions gateway,
        Path data,
        boolean allowOpen,
        Duration drain,
        int ringSlots,
        InterceptOptions intercept,
        AccessOptions access,
        @Nullable Path rules) {
    NodeConfig {
        listeners = List.copyOf(listeners);
    }
}
