package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.EventBus;
import io.weir.proxyengine.AccessConfig;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.InterceptConfig;
import io.weir.proxyengine.ListenerConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.Transport;
import io.weir.proxyengine.rules.RuleSource;
import io.weir.proxyengine.tls.CertificateAuthority;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayToken;
import io.weir.wsgateway.Ledger;
import io.weir.wsgateway.LogFeed;
import io.weir.wsgateway.PublishedCertificate;
import io.weir.wsgateway.SessionControl;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
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
    private final Gateway gateway;
    private final ProxyEngine engine;
    private final GatewayConfig gatewayConfig;
    private final NodeState state;
    private final int capacity;

    private Node(
            DataFolder data,
            Aggregator aggregator,
            Gateway gateway,
            GatewayConfig gatewayConfig,
            ProxyEngine engine,
            NodeState state,
            int capacity) {
        this.data = data;
        this.aggregator = aggregator;
        this.gateway = gateway;
        this.gatewayConfig = gatewayConfig;
        this.engine = engine;
        this.state = state;
        this.capacity = capacity;
    }

    /**
     * Starts everything; when it returns, clients are served. What was started before a failure is stopped again.
     *
     * @throws RuntimeException of a part, saying what to do
     */
    static Node start(NodeConfig config, LogFeed logs) {
        DataFolder data = DataFolder.open(config.data());
        GatewayToken token = GatewayToken.loadOrCreate(data.token());
        InterceptConfig intercept = config.intercept().config(data);
        AccessConfig access = config.access().config();
        GatewayConfig gatewayConfig = gatewayConfig(config, token, intercept);
        EventBus bus = EventBus.create(config.ringSlots());
        CompletableFuture<Transport> transport =
                CompletableFuture.supplyAsync(Transport::best); // while the journal opens
        Aggregator aggregator = Aggregator.open(
                bus,
                AggregatorConfig.defaults(data.journal(), Version.text())
                        .withSeals(data.seal(), AggregatorConfig.SEAL_INTERVAL));
        Gateway gateway = null;
        try {
            var state = new NodeState();
            gateway = Gateway.start(
                    gatewayConfig,
                    new AggregatorLedger(aggregator, JournalHistory.of(data.journal())),
                    new EngineControl(state),
                    logs,
                    () -> state.status(aggregator.health().countingSinceMillis()),
                    new EngineMetrics(state));
            int capacity = FileLimit.connections();
            ProxyEngine engine = ProxyEngine.start(
                    EngineConfig.builder(config.listeners().get(0).address())
                            .listeners(config.listeners().toArray(new ListenerConfig[0]))
                            .allowOpen(config.allowOpen())
                            .transport(transport.join())
                            .drain(config.drain())
                            .maxConnections(capacity)
                            .nodeName("weir-" + shortName(aggregator.health().nodeId()))
                            .refusedDestinations(List.of(gateway.address()))
                            .intercept(intercept)
                            .access(access)
                            .rules(config.rules() == null ? null : new RuleSource.OfFile(config.rules()))
                            .build(),
                    bus);
            state.started(engine);
            return new Node(data, aggregator, gateway, gatewayConfig, engine, state, capacity);
        } catch (RuntimeException e) {
            if (gateway != null) {
                gateway.close();
            }
            aggregator.close();
            throw e;
        }
    }

    private static GatewayConfig gatewayConfig(
            NodeConfig config, GatewayToken token, @Nullable InterceptConfig intercept) {
        GatewayConfig gateway = config.gateway().config(token);
        if (intercept == null) {
            return gateway;
        }
        gateway = gateway.withCertificate(published(intercept.authority()));
        return intercept.bodies() == null
                ? gateway
                : gateway.withBodies(intercept.bodies().folder());
    }

    private static PublishedCertificate published(CertificateAuthority authority) {
        return new PublishedCertificate(
                authority.certificate().getSubjectX500Principal().getName(),
                authority.fingerprint(),
                authority.pem().getBytes(StandardCharsets.US_ASCII),
                authority.der(),
                authority.certificate().getNotAfter().toInstant().toString());
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
        aggregator.prepareToClose();
        try {
            engine.close();
        } finally {
            try {
                gateway.close();
            } finally {
                aggregator.close();
            }
        }
    }

    /** Shows the aggregator to the gateway. */
    private static final class AggregatorLedger implements Ledger {
        private final Aggregator aggregator;
        private final JournalHistory history;

        AggregatorLedger(Aggregator aggregator, JournalHistory history) {
            this.aggregator = aggregator;
            this.history = history;
        }

        @Override
        public Snapshot latest() {
            return aggregator.latest();
        }

        @Override
        public void requestSnapshot(Consumer<Snapshot> reader) {
            aggregator.requestSnapshot(reader);
        }

        @Override
        public RecentExchanges exchanges() {
            return aggregator.exchanges();
        }

        @Override
        public JournalHistory history() {
            return history;
        }

        @Override
        public LedgerHealth health() {
            return aggregator.health();
        }
    }

    /** Passes the gateway's commands to the engine, once there is one. */
    private static final class EngineControl implements SessionControl {
        private final NodeState state;

        EngineControl(NodeState state) {
            this.state = state;
        }

        @Override
        public void close(long sessionId, String by, String why) {
            state.ifStarted(engine -> engine.closeSession(sessionId, by, why));
        }

        @Override
        public void closeAll(String by, String why) {
            state.ifStarted(engine -> engine.closeAllSessions(by, why));
        }

        @Override
        public void closeAll(Collection<Long> sessionIds, String filterText, String by, String why) {
            state.ifStarted(engine -> engine.closeSessions(sessionIds, "closeSessions " + filterText, by, why));
        }
    }
}
