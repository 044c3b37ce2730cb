package io.weir.proxyengine;

import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The part of {@link EngineConfig} that may change while the engine runs. Immutable; checked when it is put into one.
 *
 * <p>What has begun goes on as it began: an open tunnel keeps its idle timeout, an attempt to connect its own.
 *
 * @param connectTimeout see {@link EngineConfig#connectTimeout()}; queries of names keep that of the start
 * @param headTimeout see {@link EngineConfig#headTimeout()}
 * @param keepAliveTimeout see {@link EngineConfig#keepAliveTimeout()}
 * @param exchangeIdleTimeout see {@link EngineConfig#exchangeIdleTimeout()}
 * @param tunnelIdleTimeout see {@link EngineConfig#tunnelIdleTimeout()}
 * @param drain see {@link EngineConfig#drain()}
 * @param maxConnections see {@link EngineConfig#maxConnections()}; pipes and idle origin connections keep the numbers of the start
 * @param privateDestinations see {@link EngineConfig#privateDestinations()}
 * @param sessionLimits see {@link EngineConfig#sessionLimits()}; a session that began before there was a limit does not count
 * @param bandwidth see {@link EngineConfig#bandwidth()}; what was not limited in some respect when it began is not limited in that one later
 * @param hosts which hosts are intercepted; null to leave that as it is. Void if the engine was started without interception
 * @param upstreams see {@link EngineConfig#upstreams()}; null to leave them as they are. An upstream that stays as it was keeps what is known of it
 */
public record LiveConfig(
        Duration connectTimeout,
        Duration headTimeout,
        Duration keepAliveTimeout,
        Duration exchangeIdleTimeout,
        Duration tunnelIdleTimeout,
        Duration drain,
        int maxConnections,
        PrivateDestinations privateDestinations,
        SessionLimits sessionLimits,
        BandwidthLimits bandwidth,
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
