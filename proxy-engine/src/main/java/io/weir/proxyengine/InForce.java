package io.weir.proxyengine;

import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.upstream.Upstreams;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What sessions that begin now go by, as of one reading of the configuration. Immutable.
 *
 * @param config only what {@link LiveConfig} has may differ from the start's
 * @param policy where nobody may go
 * @param rules what is allowed; null if there are no rules
 * @param upstreams the proxies that sessions may go through
 * @param open the listeners, as those who come in through them have them
 * @param users who may use the proxy; null if everybody may
 */
record InForce(
        EngineConfig config,
        DestinationPolicy policy,
        @Nullable Rules rules,
        Upstreams upstreams,
        List<ListenerConfig> open,
        @Nullable Users users) {}
