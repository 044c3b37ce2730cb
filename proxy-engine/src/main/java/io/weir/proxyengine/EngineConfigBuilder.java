package io.weir.proxyengine;

import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.upstream.UpstreamsConfig;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what differs from the safe defaults of an {@link EngineConfig}. One thread. */
public final class EngineConfigBuilder {
    private List<ListenerConfig> listeners;
    private boolean allowOpen;
    private Transport transport = Transport.best();
    private int eventLoops = Math.max(1, Runtime.getRuntime().availableProcessors());
    private int maxConnections = 10_000;
    private int relayBufferBytes = 128 * 1024;
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration headTimeout = Duration.ofSeconds(10);
    private Duration keepAliveTimeout = Duration.ofSeconds(60);
    private Duration exchangeIdleTimeout = Duration.ofMinutes(5);
    private Duration tunnelIdleTimeout = Duration.ofHours(1);
    private Duration drain = Duration.ofSeconds(5);
    private String nodeName = "weir";
    private List<InetSocketAddress> refusedDestinations = List.of();
    private List<InetSocketAddress> nameServers = List.of();
    private @Nullable InterceptConfig intercept;
    private PrivateDestinations privateDestinations = PrivateDestinations.AUTO;
    private @Nullable AccessConfig access;
    private long configVersion;
    private SessionLimits sessionLimits = SessionLimits.NONE;
    private @Nullable RuleSource rules;
    private BandwidthLimits bandwidth = BandwidthLimits.NONE;
    private UpstreamsConfig upstreams = UpstreamsConfig.NONE;

    EngineConfigBuilder(InetSocketAddress listener) {
        listeners = List.of(ListenerConfig.http(listener));
    }

    /** See {@link NetworkConfig#listeners()}. */
    public EngineConfigBuilder listeners(ListenerConfig... value) {
        listeners = List.of(value);
        return this;
    }

    /** Listeners for HTTP, named as their addresses. */
    public EngineConfigBuilder listeners(List<InetSocketAddress> value) {
        listeners = value.stream().map(ListenerConfig::http).toList();
        return this;
    }

    /** See {@link Permissions#allowOpen()}. */
    public EngineConfigBuilder allowOpen(boolean value) {
        allowOpen = value;
        return this;
    }

    /** See {@link NetworkConfig#transport()}. */
    public EngineConfigBuilder transport(Transport value) {
        transport = value;
        return this;
    }

    /** See {@link NetworkConfig#eventLoops()}. */
    public EngineConfigBuilder eventLoops(int value) {
        eventLoops = value;
        return this;
    }

    /** See {@link EngineLimits#maxConnections()}. */
    public EngineConfigBuilder maxConnections(int value) {
        maxConnections = value;
        return this;
    }

    /** See {@link NetworkConfig#relayBufferBytes()}. */
    public EngineConfigBuilder relayBufferBytes(int value) {
        relayBufferBytes = value;
        return this;
    }

    /** All timeouts. */
    public EngineConfigBuilder timeouts(Timeouts value) {
        return connectTimeout(value.connect())
                .headTimeout(value.head())
                .keepAliveTimeout(value.keepAlive())
                .exchangeIdleTimeout(value.exchangeIdle())
                .tunnelIdleTimeout(value.tunnelIdle())
                .drain(value.drain());
    }

    /** All limits. */
    public EngineConfigBuilder limits(EngineLimits value) {
        return maxConnections(value.maxConnections())
                .sessionLimits(value.sessions())
                .bandwidth(value.bandwidth());
    }

    /** See {@link Timeouts#connect()}. */
    public EngineConfigBuilder connectTimeout(Duration value) {
        connectTimeout = value;
        return this;
    }

    /** See {@link Timeouts#head()}. */
    public EngineConfigBuilder headTimeout(Duration value) {
        headTimeout = value;
        return this;
    }

    /** See {@link Timeouts#keepAlive()}. */
    public EngineConfigBuilder keepAliveTimeout(Duration value) {
        keepAliveTimeout = value;
        return this;
    }

    /** See {@link Timeouts#exchangeIdle()}. */
    public EngineConfigBuilder exchangeIdleTimeout(Duration value) {
        exchangeIdleTimeout = value;
        return this;
    }

    /** See {@link Timeouts#tunnelIdle()}. */
    public EngineConfigBuilder tunnelIdleTimeout(Duration value) {
        tunnelIdleTimeout = value;
        return this;
    }

    /** See {@link Timeouts#drain()}. */
    public EngineConfigBuilder drain(Duration value) {
        drain = value;
        return this;
    }

    /** See {@link EngineConfig#nodeName()}. */
    public EngineConfigBuilder nodeName(String value) {
        nodeName = value;
        return this;
    }

    /** See {@link Permissions#refusedDestinations()}. */
    public EngineConfigBuilder refusedDestinations(List<InetSocketAddress> value) {
        refusedDestinations = value;
        return this;
    }

    /** See {@link NetworkConfig#nameServers()}. */
    public EngineConfigBuilder nameServers(List<InetSocketAddress> value) {
        nameServers = value;
        return this;
    }

    /** See {@link EngineConfig#intercept()}. */
    public EngineConfigBuilder intercept(@Nullable InterceptConfig value) {
        intercept = value;
        return this;
    }

    /** See {@link Permissions#privateDestinations()}. */
    public EngineConfigBuilder privateDestinations(PrivateDestinations value) {
        privateDestinations = value;
        return this;
    }

    /** See {@link EngineConfig#configVersion()}. */
    public EngineConfigBuilder configVersion(long value) {
        configVersion = value;
        return this;
    }

    /** See {@link EngineLimits#sessions()}. */
    public EngineConfigBuilder sessionLimits(SessionLimits value) {
        sessionLimits = value;
        return this;
    }

    /** See {@link EngineConfig#upstreams()}. */
    public EngineConfigBuilder upstreams(UpstreamsConfig value) {
        upstreams = value;
        return this;
    }

    /** See {@link Permissions#rules()}. */
    public EngineConfigBuilder rules(@Nullable RuleSource value) {
        rules = value;
        return this;
    }

    /** See {@link EngineLimits#bandwidth()}. */
    public EngineConfigBuilder bandwidth(BandwidthLimits value) {
        bandwidth = value;
        return this;
    }

    /** See {@link Permissions#access()}. */
    public EngineConfigBuilder access(@Nullable AccessConfig value) {
        access = value;
        return this;
    }

    /**
     * The configuration.
     *
     * @throws EngineException naming what is wrong
     */
    public EngineConfig build() {
        return new EngineConfig(
                nodeName,
                new NetworkConfig(listeners, transport, eventLoops, relayBufferBytes, nameServers),
                new Permissions(allowOpen, access, rules, privateDestinations, refusedDestinations),
                new EngineLimits(maxConnections, sessionLimits, bandwidth),
                new Timeouts(
                        connectTimeout, headTimeout, keepAliveTimeout, exchangeIdleTimeout, tunnelIdleTimeout, drain),
                intercept,
                upstreams,
                configVersion);
    }
}
