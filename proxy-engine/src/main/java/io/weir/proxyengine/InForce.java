package io.weir.proxyengine;

import io.weir.proxyengine.rules.Rules;
import io.weir.proxyengine.upstream.Upstreams;
import org.jspecify.annotations.Nullable;

/**
 * What sessions that begin now go by, as of one reading of the configuration. Immutable.
 *
 * @param config only what {@link LiveConfig} has may differ from the start's
 * @param policy where nobody may go
 * @param rules what is allowed; null if there are no rules
 * @param upstreams the proxies that sessions may go through
 */
record InForce(
        EngineConfig config,
        DestinationPolicy policy,
        @Nullable Rules rules,
        Upstreams upstreams) {}
