package io.weir.eventbus;

import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.PriorityQueue;

/** An event loop without a thread: its clock stands still, and its timers wait, until a test moves time on. */
final class TestLoop implements PublishTimer {
    private record Timer(long atMillis, long order, Runnable task) {}

    private final PriorityQueue<Timer> timers = new PriorityQueue<>(
            (a, b) -> a.atMillis != b.atMillis ? Long.compare(a.atMillis, b.atMillis) : Long.compare(a.order, b.order));
    private final EventBus bus;
    private final LoopPublisher publisher;
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

    static SessionOpened opening(long id) {
        return new SessionOpened(
                id, 0, SessionProtocol.HTTP, "GET", "origin.example", "http://origin.example/", "127.0.0.1:50000", "");
    }
}
