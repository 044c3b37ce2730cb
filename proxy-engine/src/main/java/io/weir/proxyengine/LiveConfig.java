package io.weir.proxyengine;

import io.weir.proxyengine.upstream.UpstreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link EngineConfig} that may change while the engine runs. Immutable; checked when it is put into one.
 *
 * <p>What has begun goes on as it began: an open tunnel keeps its idle timeout, an attempt to connect its own.
 *
 * @param timeouts see {@link EngineConfig#timeouts()}; queries of names keep that of the start
 * @param limits see {@link EngineConfig#limits()}; pipes and idle origin connections keep the numbers of the start, a session that began before there was a limit of
 *     sessions does not count, and what was not limited in some respect of bandwidth when it began is not limited in that one later
 * @param privateDestinations see {@link Permissions#privateDestinations()}
 * @param hosts which hosts are intercepted; null to leave that as it is. Void if the engine was started without interception
 * @param upstreams see {@link EngineConfig#upstreams()}; null to leave them as they are. An upstream that stays as it was keeps what is known of it
 */
public record LiveConfig(
        Timeouts timeouts,
        EngineLimits limits,
        PrivateDestinations privateDestinations,
        @Nullable InterceptedHosts hosts,
        @Nullable UpstreamsConfig upstreams) {

    /**
     * Which hosts are intercepted. Immutable.
     *
     * @param include see {@link InterceptConfig#include()}
     * @param exclude see {@link InterceptConfig#exclude()}
     * @param unverified see {@link InterceptConfig#unverified()}
     */
    public record InterceptedHosts(HostPatterns include, HostPatterns exclude, HostPatterns unverified) {}
}
