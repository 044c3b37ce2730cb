package io.weir.wsgateway;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.QuotaPolicy;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** A gateway before a real ledger with a real journal, and a publisher for sessions that a test makes up. One thread. */
final class JournaledGateway implements Ledger, AutoCloseable {
    final RecordingSessionControl sessions = new RecordingSessionControl();

    private final EventBus bus = EventBus.create(1024);
    private final AtomicLong clockMillis = new AtomicLong(System.currentTimeMillis());
    private final LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, clockMillis::get);
    private final GatewayToken token = GatewayToken.random();
    private final JournalHistory history;
    private final Aggregator aggregator;
    private final Gateway gateway;

    JournaledGateway(Path journal) {
        this.history = JournalHistory.of(journal);
        this.aggregator =
                Aggregator.open(bus, AggregatorConfig.defaults(journal, "test").withFreeSpaceFloorBytes(0));
        this.gateway = Gateway.start(
                GatewayConfig.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), token),
                this,
                NodeControls.of(sessions),
                new LogFeed(level -> {}),
                () -> new NodeStatus("0.1.0", List.of("127.0.0.1:8080"), 1_772_935_200_000L),
                new FixedMetrics());
    }

    ApiClient client() {
        return new ApiClient(gateway.address().getPort(), token.value());
    }

    /** Opens a session of the next id. */
    SessionMeter open(long parentId, SessionProtocol protocol, String host, String remote, String user) {
        long id = bus.sessionIds().next();
        return publisher.openSoon(
                new SessionOpened(id, parentId, protocol, "GET", host, "http://" + host + "/" + id, remote, user));
    }

    /** The wall clock of what is published from now on. */
    long nowMillis() {
        return clockMillis.get();
    }

    void passMillis(long millis) {
        clockMillis.addAndGet(millis);
    }

    /** Publishes what the sessions have counted, and waits until all of it is in the journal. */
    void settle() throws InterruptedException {
        publisher.publishPending();
        CountDownLatch taken = new CountDownLatch(1);
        aggregator.requestSnapshot(snapshot -> taken.countDown());
        if (!taken.await(10, TimeUnit.SECONDS)) {
            throw new AssertionError("no snapshot came");
        }
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
    public void requestUsage(Consumer<UsageReport> reader) {
        aggregator.requestUsage(reader);
    }

    @Override
    public void requestUserFigures(Consumer<UsageReport> reader) {
        aggregator.requestUserFigures(reader);
    }

    /** Holds users to quotas from now on. */
    void quotas(QuotaPolicy policy) {
        aggregator.quotas(policy, 0);
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

    @Override
    public void close() {
        gateway.close();
        aggregator.close();
    }
}
