package io.weir.proxyengine;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;

/** An engine on a free port of loopback, with a ledger that remembers. Closing it fails if the ledger found a fault. */
final class TestProxy implements AutoCloseable {
    static final int SLOTS = 1024;

    /** So little that tunnels turn to splicing, and back, all the time. */
    private static final int SPLICED_FROM_BYTES = 2048;

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

    static TestProxy start(UnaryOperator<EngineConfig.Builder> settings) {
        return start(SLOTS, settings);
    }

    static TestProxy start(int slots, UnaryOperator<EngineConfig.Builder> settings) {
        TestLedger ledger = TestLedger.start(slots);
        var builder = EngineConfig.builder(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .relayBufferBytes(SPLICED_FROM_BYTES)
                .drain(Duration.ZERO);
        try {
            return new TestProxy(
                    ledger, ProxyEngine.start(settings.apply(builder).build(), ledger.bus()));
        } catch (RuntimeException e) {
            ledger.close();
            throw e;
        }
    }

    TestLedger ledger() {
        return ledger;
    }

    ProxyEngine engine() {
        return engine;
    }

    /** Where clients connect; known when it is closed, too. */
    InetSocketAddress address() {
        return addresses.get(0);
    }

    int port() {
        return address().getPort();
    }

    /** A connection to the proxy; reads give up after 20 seconds. */
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
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
