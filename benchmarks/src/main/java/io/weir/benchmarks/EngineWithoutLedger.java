package io.weir.benchmarks;

import io.weir.eventbus.SessionIds;
import io.weir.proxyengine.EngineConfig;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;

/**
 * The engine alone: what it publishes is thrown away, neither folded nor journaled, and there is no gateway. Put beside {@code ./weir} under the same load it
 * shows what the ledger costs. Not a proxy to use: it proves nothing.
 */
public final class EngineWithoutLedger {
    private static final int PORT_MAX = 65_535;

    private EngineWithoutLedger() {}

    /**
     * Runs until it is killed.
     *
     * @param args the port on 127.0.0.1
     */
    public static void main(String[] args) throws InterruptedException {
        int port = args.length == 1 && args[0].matches("\\d{1,5}") ? Integer.parseInt(args[0]) : 0;
        if (port == 0 || port > PORT_MAX) {
            System.err.println("usage: EngineWithoutLedger PORT");
            System.exit(64);
        }
        var bus = new BenchmarkBus(SessionIds.LIMIT);
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        EngineConfig config = EngineConfig.builder(address)
                .transport(Transport.best())
                .maxConnections(9000)
                .build();
        try (ProxyEngine engine = ProxyEngine.start(config, bus.bus())) {
            System.out.println("no ledger; listening on " + engine.addresses());
            new CountDownLatch(1).await();
        }
    }
}
