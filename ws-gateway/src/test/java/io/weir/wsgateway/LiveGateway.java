package io.weir.wsgateway;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.EventBus;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A gateway before a real ledger with a real journal. */
final class LiveGateway implements AutoCloseable {
    private static final int RING_SLOTS = 4096;

    final EventBus bus = EventBus.create(RING_SLOTS);
    final AtomicInteger journalReads = new AtomicInteger();
    final GatewayToken token = GatewayToken.random();
    final Aggregator aggregator;
    final Gateway gateway;

    private final Path journal;
    private final int heldClosed;

    /**
     * Opens the journal and listens on a free port.
     *
     * @param heldClosed how many closed sessions the ledger seems to hold
     */
    LiveGateway(Path journal, int heldClosed, TestGateway.TestLimits limits) {
        this.journal = journal;
        this.heldClosed = heldClosed;
        this.aggregator =
                Aggregator.open(bus, AggregatorConfig.defaults(journal, "test").withFreeSpaceFloorBytes(0));
        this.gateway = Gateway.start(
                GatewayConfig.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token),
                new LiveLedger(),
                NodeControls.of(new RecordingSessionControl()),
                new LogFeed(level -> {}),
                () -> new NodeStatus("0.1.0", List.of(), 0),
                new FixedMetrics(),
                limits.build());
    }

    RawWebSocket connect() throws Exception {
        return RawWebSocket.open(gateway.address(), token.value(), 16 << 10);
    }

    /** A snapshot with all that was published before this call. */
    Snapshot snapshot() throws Exception {
        CompletableFuture<Snapshot> taken = new CompletableFuture<>();
        aggregator.requestSnapshot(taken::complete);
        return taken.get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        gateway.close();
        aggregator.close();
    }

    private final class LiveLedger implements Ledger {
        @Override
        public Snapshot latest() {
            return ForgetfulSnapshot.of(aggregator.latest(), heldClosed);
        }

        @Override
        public void requestSnapshot(Consumer<Snapshot> reader) {
            aggregator.requestSnapshot(snapshot -> reader.accept(ForgetfulSnapshot.of(snapshot, heldClosed)));
        }

        @Override
        public RecentExchanges exchanges() {
            return aggregator.exchanges();
        }

        @Override
        public JournalHistory history() {
            journalReads.incrementAndGet();
            return JournalHistory.of(journal);
        }

        @Override
        public LedgerHealth health() {
            return aggregator.health();
        }
    }
}
