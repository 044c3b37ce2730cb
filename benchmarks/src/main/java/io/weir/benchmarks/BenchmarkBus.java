package io.weir.benchmarks;

import io.weir.eventbus.BusConsumer;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.RingSlot;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.util.concurrent.locks.LockSupport;

/** A bus whose consumer takes everything and does nothing with it, so that what is measured is the publishing. */
final class BenchmarkBus implements BusConsumer, AutoCloseable {
    /** How many slots a loop may publish before it calls {@link #awaitRoom} again. */
    static final int BURST = 1 << 14;

    private static final int SLOTS = 1 << 18;

    private final EventBus bus = EventBus.create(SLOTS);

    BenchmarkBus() {
        this(1 << 20);
    }

    /**
     * Makes a bus.
     *
     * @param sessions that may be opened on it
     */
    BenchmarkBus(long sessions) {
        bus.sessionIds().grant(sessions);
        bus.start(this);
    }

    EventBus bus() {
        return bus;
    }

    /** A session of a loop of its own, whose timer never runs: a large delta goes out at once, a small one never. */
    SessionMeter openSession() {
        var loop = new LoopPublisher(bus, (task, delayMillis) -> {}, System::currentTimeMillis);
        long id = bus.sessionIds().next();
        return loop.open(opening(id));
    }

    static SessionOpened opening(long id) {
        return new SessionOpened(
                id,
                id,
                SessionProtocol.HTTPS_TUNNEL,
                "TUNNEL",
                "origin.example:443",
                "origin.example:443",
                "127.0.0.1:50000",
                "");
    }

    /** Waits, outside of what is measured, until a few loops may publish a burst each and not find the ring full. */
    void awaitRoom() {
        while (bus.backlog() > SLOTS / 2) {
            LockSupport.parkNanos(100_000L);
        }
    }

    /** Refuses a measurement in which the ring was full: it would be one of something else. */
    void requireNeverFull() {
        long waits = bus.counters().waits();
        if (waits > 0) {
            throw new IllegalStateException("the ring was full " + waits + " times");
        }
    }

    @Override
    public void onSlot(RingSlot slot, boolean endOfBatch) {}

    @Override
    public void onIdle() {}

    @Override
    public void onStop() {}

    @Override
    public void onFailure(Throwable failure) {
        throw new IllegalStateException(failure);
    }

    @Override
    public void close() {
        bus.close();
    }
}
