package io.weir.wsgateway;

import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Opens, feeds and closes sessions at random, as an event loop does, until it is told to stop. */
final class RandomLoad implements AutoCloseable {
    private final EventBus bus;
    private final Random random;
    private final int targetOpen;
    private final LoopPublisher publisher;
    private final List<SessionMeter> open = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "random-load");
    private volatile boolean isStopped;
    private final AtomicLong rounds = new AtomicLong();

    private RandomLoad(EventBus bus, long seed, int targetOpen) {
        this.bus = bus;
        this.random = new Random(seed);
        this.targetOpen = targetOpen;
        this.publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
    }

    static RandomLoad start(EventBus bus, long seed, int targetOpen) {
        RandomLoad load = new RandomLoad(bus, seed, targetOpen);
        load.thread.start();
        return load;
    }

    private void run() {
        while (!isStopped) {
            for (int i = 0; i < 8; i++) {
                step();
            }
            publisher.publishPending();
            rounds.incrementAndGet();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        while (publisher.hasPending()) {
            publisher.publishPending();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void step() {
        if (open.isEmpty() || random.nextInt(2 * targetOpen) > targetOpen / 2 + open.size()) {
            open();
        }
        SessionMeter meter = open.get(random.nextInt(open.size()));
        switch (random.nextInt(9)) {
            case 0 -> meter.up(random.nextInt(100_000));
            case 1 -> meter.down(random.nextInt(100_000));
            case 2 -> meter.overheadUp(random.nextInt(1000));
            case 3 -> meter.overheadDown(random.nextInt(1000));
            case 4 -> meter.originUp(random.nextInt(100_000));
            case 5 -> meter.originDown(random.nextInt(100_000));
            case 6 -> meter.originConnected("192.0.2.1:" + random.nextInt(65_536));
            default -> close(meter);
        }
    }

    private void open() {
        long id = bus.sessionIds().next();
        if (id != 0) {
            boolean isTunnel = random.nextBoolean();
            open.add(publisher.open(new SessionOpened(
                    id,
                    isTunnel ? id : 0,
                    isTunnel ? SessionProtocol.HTTPS_TUNNEL : SessionProtocol.HTTP,
                    "GET",
                    "host" + random.nextInt(50) + ".example",
                    "http://host.example/" + "ü".repeat(random.nextInt(20)),
                    "127.0.0.1:" + random.nextInt(65_536),
                    random.nextBoolean() ? "ann" : "")));
        }
    }

    private void close(SessionMeter meter) {
        if (open.size() > targetOpen / 2) {
            open.remove(meter);
            meter.close(CloseReason.ofCode(1 + random.nextInt(15)), random.nextInt(600));
        }
    }

    /** Waits until a good deal has happened. */
    RandomLoad awaitRounds(int atLeast) {
        await().until(() -> rounds.get() >= atLeast);
        return this;
    }

    /** Ends when everything was published; sessions stay open. */
    @Override
    public void close() {
        isStopped = true;
        await().until(() -> !thread.isAlive());
    }
}
