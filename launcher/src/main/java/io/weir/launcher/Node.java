package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.IndexThread;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LoopPublisher;
import io.weir.launcher.accesslog.AccessLog;
import io.weir.launcher.accesslog.AccessLogConfig;
import io.weir.launcher.config.ConfigKeeper;
import io.weir.launcher.config.ConfigWatch;
import io.weir.launcher.config.Configuration;
import io.weir.launcher.config.LogKeys;
import io.weir.launcher.config.NodeSettings;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.Transport;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayToken;
import io.weir.wsgateway.LogFeed;
import io.weir.wsgateway.NodeControls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole Weir: ledger, gateway and engine, wired. Started and closed by one thread; the parts have theirs.
 *
 * <p>The order is the data's, backwards at the start and forwards at the end: nothing is carried before it can be journaled, and the
 * journal ends after the last session.
 */
final class Node implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Node.class);

    private final DataFolder data;
    private final Aggregator aggregator;
    private final IndexThread index;
    private final Gateway gateway;
    private final ProxyEngine engine;
    private final GatewayConfig gatewayConfig;
    private final NodeState state;
    private final int capacity;
    private final ConfigKeeper keeper;
    private final ConfigWatch watch;
    private final @Nullable AccessLog accessLog;
    private final OverloadMonitor overload;

    private Node(
            DataFolder data,
            Aggregator aggregator,
            IndexThread index,
            Gateway gateway,
            GatewayConfig gatewayConfig,
            ProxyEngine engine,
            NodeState state,
            int capacity,
            ConfigKeeper keeper,
            ConfigWatch watch,
            @Nullable AccessLog accessLog,
            OverloadMonitor overload) {
        this.data = data;
        this.aggregator = aggregator;
        this.index = index;
        this.gateway = gateway;
        this.gatewayConfig = gatewayConfig;
        this.engine = engine;
        this.state = state;
        this.capacity = capacity;
        this.keeper = keeper;
        this.watch = watch;
        this.accessLog = accessLog;
        this.overload = overload;
    }

    /**
     * Starts everything; when it returns, clients are served. What was started before a failure is stopped again.
     *
     * @throws RuntimeException of a part, saying what to do
     */
    static Node start(Configuration configuration, LogFeed logs) {
        LogLevels.configure(configuration.settings().get(LogKeys.LEVEL));
        int room = FileLimit.connections();
        var config = new NodeSettings(configuration.settings(), room);
        LogOutput.configure(config);
        DataFolder data = DataFolder.open(config.data());
        GatewayToken token = GatewayToken.loadOrCreate(data.token());
        InterceptConfig intercept = config.intercept(() -> CertificateAuthority.loadOrCreate(data.ca()), data.bodies());
        GatewayConfig gatewayConfig = ShownInterception.in(config.gateway(token), intercept);
        LiveRules rules = EngineConfig.openRules(config.rules(), intercept, config.upstreams());
        AccessConfig access = config.access();
        EventBus bus = EventBus.create(config.ringSlots());
        CompletableFuture<Transport> transport =
                CompletableFuture.supplyAsync(config::transport); // while the journal opens
        Aggregator aggregator =
                Aggregator.open(bus, config.aggregator(data.journal(), data.seal(), Version.text()), config.quotas());
        Gateway gateway = null;
        AccessLog accessLog = null;
        try {
            accessLog = accessLog(config, data, aggregator);
            var keeper =
                    new ConfigKeeper(configuration, aggregator.recoveredConfig(), NodeReload.digest(rules.current()));
            keeper.started().ifPresent(started -> recordAlone(bus, started));
            var state = new NodeState(keeper::version);
            gateway = Gateway.start(
                    gatewayConfig,
                    new AggregatorLedger(aggregator, JournalHistory.of(data.journal())),
                    new NodeControls(new EngineControl(state), keeper, new EngineRules(state)),
                    logs,
                    () -> state.status(aggregator.health().countingSinceMillis()),
                    new EngineMetrics(state, bus.quotas()));
            List<InetSocketAddress> refused = new ArrayList<>(config.refusedDestinations());
            refused.add(gateway.address());
            ProxyEngine engine = ProxyEngine.start(
                    config.engine("weir-" + shortName(aggregator.health().nodeId()))
                            .transport(transport.join())
                            .refusedDestinations(refused)
                            .intercept(intercept)
                            .access(access)
                            .configVersion(keeper.version())
                            .build(),
                    bus,
                    rules);
            bus.quotas().listen(engine::endSessionsOf);
            OverloadMonitor overload = OverloadMonitor.start(
                    OverloadGauges.of(bus, engine, aggregator), config.overload(), engine::overload);
            engine.overloadMonitor(overload::lookSoon);
            state.started(engine, overload);
            IndexThread index = IndexThread.start(data.journal(), IndexThread.INTERVAL);
            var reload = new NodeReload(aggregator, engine, new GatewayReload(gateway, config), overload, room);
            keeper.serve(reload);
            rules.onChange(read -> reload.rulesRead(read, keeper));
            return new Node(
                    data,
                    aggregator,
                    index,
                    gateway,
                    gatewayConfig,
                    engine,
                    state,
                    config.maxConnections(),
                    keeper,
                    ConfigWatch.start(keeper),
                    accessLog,
                    overload);
        } catch (RuntimeException e) {
            rules.close();
            if (gateway != null) {
                gateway.close();
            }
            aggregator.close();
            if (accessLog != null) {
                accessLog.close();
            }
            throw e;
        }
    }

    private static @Nullable AccessLog accessLog(NodeSettings config, DataFolder data, Aggregator aggregator) {
        Optional<AccessLogConfig> wanted = config.accessLog();
        if (wanted.isEmpty()) {
            return null;
        }
        try {
            return AccessLog.start(wanted.get(), data.journal(), aggregator::health);
        } catch (IOException e) {
            throw new NodeException(
                    "access log " + wanted.get().file().toAbsolutePath() + " can't be written: " + e, e);
        }
    }

    /** Publishes an event while no event loop publishes yet, so that the ring has room for it. */
    private static void recordAlone(EventBus bus, LedgerEvent event) {
        new LoopPublisher(
                        bus,
                        (task, delay) -> {
                            throw new IllegalStateException("the ring is full although nobody publishes");
                        },
                        System::currentTimeMillis)
                .publish(event);
    }

    private static String shortName(String nodeId) {
        String name = nodeId.replaceAll("[^A-Za-z0-9]", "");
        return name.substring(0, Math.min(12, name.length()));
    }

    DataFolder data() {
        return data;
    }

    /** Where clients connect, with the addresses that were taken. */
    List<ListenerConfig> listeners() {
        return engine.listeners();
    }

    List<InetSocketAddress> proxyAddresses() {
        return engine.addresses();
    }

    InetSocketAddress gatewayAddress() {
        return gateway.address();
    }

    /** Whether the gateway is reached over TLS. */
    boolean isGatewaySecure() {
        return gatewayConfig.tls() != null;
    }

    GatewayToken token() {
        return gatewayConfig.token();
    }

    LedgerHealth health() {
        return aggregator.health();
    }

    Snapshot snapshot() {
        return aggregator.latest();
    }

    /** Client connections that there is room for. */
    int capacity() {
        return capacity;
    }

    /** Users that may use the proxy; -1 if everybody may. */
    int users() {
        return engine.users();
    }

    /** Rules that say what is allowed. */
    int rules() {
        return engine.rules().size();
    }

    int connections() {
        return engine.connections();
    }

    /** Drains, records the end of what is still open, and closes the journal. */
    @Override
    public void close() {
        log.info("stopping connections={}", engine.connections());
        state.stopping();
        index.close();
        watch.close();
        keeper.stop();
        overload.close();
        aggregator.prepareToClose();
        try {
            engine.close();
        } finally {
            try {
                gateway.close();
            } finally {
                aggregator.close();
                if (accessLog != null) {
                    accessLog.close();
                }
            }
        }
    }

    /** Lets a {@link #close} that is under way wait for nobody. Any thread. */
    void hurry() {
        engine.hurry();
    }
}
