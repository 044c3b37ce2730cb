package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.MessageFacts.Field;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/** An event loop without a thread: its clock stands still, and its timers wait, until a test moves time on. */
final class TestLoop implements PublishTimer {
    private record Timer(long atMillis, long order, Runnable task) {}

    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            (a, b) -> a.atMillis != b.atMillis ? Long.compare(a.atMillis, b.atMillis) : Long.compare(a.order, b.order));
    private final EventBus bus;
    private final LoopPublisher publisher;
    private final Set<Long> exchangeIds = new HashSet<>();
    private long nowMillis = 1_000;
    private long scheduled;

    TestLoop(EventBus bus) {
        this.bus = bus;
        publisher = new LoopPublisher(bus, this, this::nowMillis);
    }

    @Override
    public void schedule(Runnable task, long delayMillis) {
        timers.add(new Timer(nowMillis + delayMillis, scheduled++, task));
    }

    long nowMillis() {
        return nowMillis;
    }

    LoopPublisher publisher() {
        return publisher;
    }

    /** How many timers were ever asked for. */
    long scheduled() {
        return scheduled;
    }

    int runningTimers() {
        return timers.size();
    }

    void advance(long millis) {
        long until = nowMillis + millis;
        while (!timers.isEmpty() && timers.element().atMillis <= until) {
            Timer due = timers.remove();
            nowMillis = due.atMillis;
            due.task.run();
        }
        nowMillis = until;
    }

    SessionMeter open() {
        return open(bus.sessionIds().next());
    }

    SessionMeter openSoon() {
        return publisher.openSoon(opening(bus.sessionIds().next()));
    }

    SessionMeter open(long id) {
        return publisher.open(opening(id));
    }

    /** Opens an exchange in a tunnel. */
    SessionMeter openIn(SessionMeter tunnel, boolean soon) {
        SessionOpened of = opening(bus.sessionIds().next());
        SessionOpened opening = new SessionOpened(
                of.sessionId(),
                tunnel.id(),
                SessionProtocol.HTTPS_MITM,
                of.method(),
                of.host(),
                of.url(),
                of.remote(),
                of.user());
        SessionMeter exchange = soon ? publisher.openSoon(opening) : publisher.open(opening);
        exchangeIds.add(exchange.id());
        return exchange;
    }

    /** Whether it was opened in a tunnel. */
    boolean isExchange(SessionMeter meter) {
        return exchangeIds.contains(meter.id());
    }

    static SessionOpened opening(long id) {
        return new SessionOpened(
                id, 0, SessionProtocol.HTTP, "GET", "origin.example", "http://origin.example/", "127.0.0.1:50000", "");
    }

    /** The facts of a meter's exchange, as of now. */
    static ExchangeCompleted exchange(SessionMeter meter) {
        var request = new MessageFacts(List.of(new Field("Accept", "*/*")), 0, 0, "", "");
        Tally totals = meter.total().toTally();
        return new ExchangeCompleted(
                meter.id(),
                1,
                SessionProtocol.HTTPS_MITM,
                "127.0.0.1:50000",
                "origin.example:443",
                "GET",
                "https://origin.example/",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "192.0.2.1:443",
                "",
                request,
                MessageFacts.NONE,
                totals,
                totals,
                new ExchangeTimes(meter.openedAtMillis(), ExchangeTimes.NEVER, ExchangeTimes.NEVER, 100, 200),
                0,
                0,
                "");
    }
}
