package io.weir.replaytool;

import static org.awaitility.Awaitility.await;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A live ledger in {@code DATA/journal}, fed by the test on one thread, at times that the test chose. */
final class TestLedger implements AutoCloseable {
    static final long BEGIN_MILLIS = 1_800_000_000_000L; // 2027-01-15T08:00:00Z

    private final EventBus bus = EventBus.create(1024);
    private final AtomicLong clockMillis = new AtomicLong(BEGIN_MILLIS);
    private final LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, clockMillis::incrementAndGet);
    private final Aggregator aggregator;

    private TestLedger(AggregatorConfig config) {
        aggregator = Aggregator.open(bus, config);
    }

    private static AggregatorConfig config(Path data) {
        return AggregatorConfig.defaults(journal(data), "1.2.3").withFreeSpaceFloorBytes(0);
    }

    /** A ledger that is not sealed, as those of the first versions. */
    static TestLedger open(Path data) {
        return new TestLedger(config(data));
    }

    /** A ledger that is sealed when an event is so old, with the key in {@code DATA/seal}. */
    static TestLedger openSealed(Path data, Duration interval) {
        return new TestLedger(config(data).withSeals(data.resolve("seal"), interval));
    }

    static Path journal(Path data) {
        return data.resolve("journal");
    }

    SessionMeter tunnel(String host) {
        long id = bus.sessionIds().next();
        return open(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, "", "alice");
    }

    SessionMeter get(String host, String url) {
        return open(bus.sessionIds().next(), 0, SessionProtocol.HTTP, "GET", host, url, "");
    }

    SessionMeter child(SessionMeter parent, String url) {
        return open(bus.sessionIds().next(), parent.id(), SessionProtocol.HTTPS_MITM, "POST", "in.example", url, "");
    }

    SessionMeter open(
            long id, long parentId, SessionProtocol protocol, String method, String host, String url, String user) {
        SessionOpened opened = new SessionOpened(id, parentId, protocol, method, host, url, "192.0.2.7:4711", user);
        return publisher.open(opened);
    }

    /** The facts of an exchange in a tunnel, as large as it is now. */
    static ExchangeCompleted exchange(SessionMeter session, SessionMeter tunnel) {
        Tally sizes = session.total().toTally();
        return new ExchangeCompleted(
                session.id(),
                tunnel.id(),
                SessionProtocol.HTTPS_MITM,
                "192.0.2.7:4711",
                "in.example:443",
                "POST",
                "https://in.example/",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "198.51.100.1:443",
                "0f",
                new MessageFacts(List.of(new Field("Accept", "*/*"), new Field("Cookie", "…")), 3, 0, "", ""),
                MessageFacts.NONE,
                sizes,
                sizes,
                new ExchangeTimes(BEGIN_MILLIS, 10, ExchangeTimes.NEVER, 30, 40),
                0,
                0,
                "");
    }

    void publish(LedgerEvent event) {
        publisher.publish(event);
    }

    /** All that was said so far is in the journal, in records of its own. */
    void settle() {
        publisher.publishPending();
        await().atMost(Duration.ofSeconds(10))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> bus.backlog() == 0);
    }

    @Override
    public void close() {
        settle();
        aggregator.close();
    }
}
