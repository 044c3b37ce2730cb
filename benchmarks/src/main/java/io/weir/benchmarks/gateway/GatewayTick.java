package io.weir.benchmarks.gateway;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.EventBus;
import io.weir.wsgateway.Gateway;
import io.weir.wsgateway.GatewayConfig;
import io.weir.wsgateway.GatewayToken;
import io.weir.wsgateway.Ledger;
import io.weir.wsgateway.LogFeed;
import io.weir.wsgateway.NodeControls;
import io.weir.wsgateway.NodeStatus;
import io.weir.wsgateway.SessionControl;
import io.weir.wsgateway.metrics.NodeMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * What does a tick of the topic {@code changes} cost with 100,000 sessions open, by the number of those that changed? And a
 * snapshot for who is new, and a message of {@code connections}?
 *
 * <p>A real ledger with its journal, a real gateway, one client over loopback. The figures are the CPU time of the two threads
 * that work: {@code weir-gateway} (reads the snapshot, writes JSON and the socket) and {@code weir-aggregator}, which also takes,
 * journals and folds the deltas; what that alone costs is measured with nobody looking, and stands beside it.
 */
public final class GatewayTick {
    private static final int SESSIONS = 100_000;
    private static final int WARM_UP = 30;
    private static final int ROUNDS = 15;
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final ManySessions sessions;
    private final ThreadCost gatewayCost = ThreadCost.of("weir-gateway");
    private final ThreadCost ledgerCost = ThreadCost.of("weir-aggregator");
    private final InetSocketAddress address;
    private final String token;

    private GatewayTick(ManySessions sessions, InetSocketAddress address, String token) {
        this.sessions = sessions;
        this.address = address;
        this.token = token;
    }

    /**
     * Measures and prints tables.
     *
     * @param args an empty folder for the journal, or nothing for a temporary one
     */
    public static void main(String[] args) throws IOException {
        Path folder = args.length > 0 ? Path.of(args[0]) : Files.createTempDirectory("weir-gateway-tick");
        EventBus bus = EventBus.create(EventBus.DEFAULT_SLOTS);
        try (Aggregator aggregator = Aggregator.open(
                bus, AggregatorConfig.defaults(folder, "benchmark").withFreeSpaceFloorBytes(0))) {
            GatewayToken token = GatewayToken.random();
            try (Gateway gateway = Gateway.start(
                    GatewayConfig.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token),
                    new LedgerOf(aggregator, folder),
                    NodeControls.of(new NoControl()),
                    new LogFeed(level -> {}),
                    () -> new NodeStatus("benchmark", List.of(), 0),
                    NodeMetrics.NONE)) {
                ManySessions sessions = new ManySessions(bus);
                sessions.open(SESSIONS);
                new GatewayTick(sessions, gateway.address(), token.value()).run();
            }
        }
    }

    private void run() throws IOException {
        say(String.format(
                Locale.ROOT,
                "%,d sessions open, JDK %s, %d processors",
                SESSIONS,
                Runtime.version(),
                Runtime.getRuntime().availableProcessors()));
        changes(1_000, WARM_UP);
        fresh(10);
        say(
                String.format(
                        Locale.ROOT,
                        "%n| changed | bytes of a step | gateway, CPU ms | allocated, KiB | aggregator, CPU ms | of these without a viewer |"));
        say("| ---: | ---: | ---: | ---: | ---: | ---: |");
        for (int changed : new int[] {0, 10, 100, 1_000, 10_000, 100_000}) {
            changes(changed, 3);
            Result seen = changes(changed, ROUNDS);
            double alone = alone(changed);
            say(String.format(
                    Locale.ROOT,
                    "| %,d | %,d | %.2f | %,d | %.2f | %.2f |",
                    changed,
                    seen.bytes,
                    seen.gatewayMillis,
                    seen.allocated >> 10,
                    seen.ledgerMillis,
                    alone));
        }
        fresh(5);
        connections();
    }

    private record Result(long bytes, double gatewayMillis, long allocated, double ledgerMillis) {}

    /** Medians over the rounds, each from one step to the next. */
    private Result changes(int changed, int rounds) throws IOException {
        try (Viewer viewer = Viewer.open(address, token)) {
            viewer.subscribe("changes");
            step(viewer);
            double[] gateway = new double[rounds];
            double[] ledger = new double[rounds];
            long[] allocated = new long[rounds];
            long[] bytes = new long[rounds];
            for (int i = 0; i < rounds; i++) {
                long begun = System.nanoTime();
                long gatewayCpu = gatewayCost.cpuNanos();
                long ledgerCpu = ledgerCost.cpuNanos();
                long allocation = gatewayCost.allocatedBytes();
                if (changed > 0) {
                    sessions.change(changed);
                    bytes[i] = step(viewer);
                }
                restUntil(begun + TICK_NANOS - TimeUnit.MILLISECONDS.toNanos(50));
                gateway[i] = (gatewayCost.cpuNanos() - gatewayCpu) / 1e6;
                ledger[i] = (ledgerCost.cpuNanos() - ledgerCpu) / 1e6;
                allocated[i] = gatewayCost.allocatedBytes() - allocation;
            }
            return new Result(median(bytes), median(gateway), median(allocated), median(ledger));
        }
    }

    /** The same with nobody looking. */
    private double alone(int changed) {
        double[] ledger = new double[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            long begun = System.nanoTime();
            long ledgerCpu = ledgerCost.cpuNanos();
            if (changed > 0) {
                sessions.change(changed);
            }
            restUntil(begun + TICK_NANOS);
            ledger[i] = (ledgerCost.cpuNanos() - ledgerCpu) / 1e6;
        }
        return median(ledger);
    }

    private void fresh(int times) throws IOException {
        double[] millis = new double[times];
        double[] gateway = new double[times];
        long[] bytes = new long[times];
        for (int i = 0; i < times; i++) {
            try (Viewer viewer = Viewer.open(address, token)) {
                long gatewayCpu = gatewayCost.cpuNanos();
                long begun = System.nanoTime();
                viewer.subscribe("changes");
                bytes[i] = step(viewer);
                millis[i] = (System.nanoTime() - begun) / 1e6;
                gateway[i] = (gatewayCost.cpuNanos() - gatewayCpu) / 1e6;
            }
        }
        say(String.format(
                Locale.ROOT,
                "%nfresh snapshot: %,d bytes, complete after %.0f ms, gateway CPU %.0f ms",
                median(bytes),
                median(millis),
                median(gateway)));
    }

    private void connections() throws IOException {
        try (Viewer viewer = Viewer.open(address, token)) {
            viewer.subscribe("connections");
            double[] gateway = new double[ROUNDS];
            long[] bytes = new long[ROUNDS];
            viewer.next();
            for (int i = 0; i < ROUNDS; i++) {
                long gatewayCpu = gatewayCost.cpuNanos();
                bytes[i] = viewer.next().bytes();
                gateway[i] = (gatewayCost.cpuNanos() - gatewayCpu) / 1e6;
            }
            say(String.format(
                    Locale.ROOT,
                    "%nconnections: %,d bytes a message (capped), gateway CPU %.1f ms",
                    median(bytes),
                    median(gateway)));
        }
    }

    /** Reads one step to its end; answers its bytes over all parts. */
    private static long step(Viewer viewer) throws IOException {
        long bytes = 0;
        while (true) {
            Viewer.Message message = viewer.next();
            bytes += message.bytes();
            if (message.is("changes") && message.isLastPart()) {
                return bytes;
            }
        }
    }

    private static void restUntil(long nanoTime) {
        while (System.nanoTime() < nanoTime) {
            LockSupport.parkNanos(nanoTime - System.nanoTime());
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void say(String line) {
        System.out.println(line);
    }

    private record LedgerOf(Aggregator aggregator, Path folder) implements Ledger {
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
            return JournalHistory.of(folder);
        }

        @Override
        public LedgerHealth health() {
            return aggregator.health();
        }
    }

    /** There is nothing to close. */
    private static final class NoControl implements SessionControl {
        @Override
        public void close(long sessionId, String by, String why) {}

        @Override
        public void closeAll(String by, String why) {}

        @Override
        public void closeAll(Collection<Long> sessionIds, String filterText, String by, String why) {}
    }
}
