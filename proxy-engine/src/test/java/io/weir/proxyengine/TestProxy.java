package io.weir.proxyengine;

import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.proxyengine.access.PasswordChecker;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** An engine on a free port of loopback, with a ledger that remembers. Closing it fails if the ledger found a fault. */
final class TestProxy implements AutoCloseable {
    static final int SLOTS = 1024;

    private static final String INTERCEPT_PROPERTY = "weir.test.intercept";

    /** Limits everything, in a run of tests that asks for it: what is limited must be none the worse, but slower. Bytes per second. */
    private static final long BANDWIDTH = Long.getLong("weir.test.bandwidth", 0);

    /** So little that tunnels turn to splicing, and back, all the time. */
    private static final int SPLICED_FROM_BYTES = 2048;

    /**
     * Interception of all hosts, in a run of tests that asks for it: what is neither TLS nor HTTP must be none the worse. Tests that set
     * something of their own are not affected. One authority for all, as it takes time to make.
     */
    private static final class Everywhere {
        static final @Nullable InterceptConfig config = Boolean.getBoolean(INTERCEPT_PROPERTY)
                ? InterceptConfig.all(TestAuthority.create().asAuthority())
                : null;
    }

    private final TestLedger ledger;
    private final ProxyEngine engine;
    private final List<InetSocketAddress> addresses;

    private TestProxy(TestLedger ledger, ProxyEngine engine) {
        this.ledger = ledger;
        this.engine = engine;
        addresses = engine.addresses();
    }

    static TestProxy start() {
        return start(builder -> builder);
    }

    static TestProxy start(UnaryOperator<EngineConfigBuilder> settings) {
        return start(SLOTS, settings);
    }

    static TestProxy start(int slots, UnaryOperator<EngineConfigBuilder> settings) {
        return start(slots, null, settings);
    }

    /** With users that are open, in whatever file. */
    static TestProxy start(PasswordChecker passwords, UnaryOperator<EngineConfigBuilder> settings) {
        return start(SLOTS, passwords, settings);
    }

    private static TestProxy start(
            int slots, @Nullable PasswordChecker passwords, UnaryOperator<EngineConfigBuilder> settings) {
        TestLedger ledger = TestLedger.start(slots);
        var builder = EngineConfig.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .relayBufferBytes(SPLICED_FROM_BYTES)
                .drain(Duration.ZERO)
                .intercept(Everywhere.config)
                .bandwidth(new BandwidthLimits(BANDWIDTH, BANDWIDTH, BANDWIDTH));
        try {
            EngineConfig config = settings.apply(builder).build();
            return new TestProxy(
                    ledger,
                    passwords == null
                            ? ProxyEngine.start(config, ledger.bus())
                            : ProxyEngine.start(
                                    config,
                                    ledger.bus(),
                                    config.openRules(),
                                    new Users(
                                            Objects.requireNonNull(
                                                    config.permissions().access()),
                                            passwords)));
        } catch (RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    /** Whether this run intercepts where the test does not say otherwise. */
    static boolean intercepts() {
        return Boolean.getBoolean(INTERCEPT_PROPERTY);
    }

    TestLedger ledger() {
        return ledger;
    }

    ProxyEngine engine() {
        return engine;
    }

    /** Goes by other values as soon as that is recorded. */
    CompletableFuture<Boolean> reconfigure(LiveConfig live, ConfigChanged change) {
        return engine.reconfigure(engine.prepare(live, null, null), change, () -> {});
    }

    /** Where clients connect; known when it is closed, too. */
    InetSocketAddress address() {
        return addresses.get(0);
    }

    int port() {
        return address().getPort();
    }

    /** A connection to the proxy; reads give up after 30 seconds. */
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(30_000);
        return socket;
    }

    @Override
    public void close() {
        engine.close();
        ledger.close();
        if (!ledger.faults().isEmpty()) {
            throw new AssertionError("the ledger found " + ledger.faults());
        }
    }
}
