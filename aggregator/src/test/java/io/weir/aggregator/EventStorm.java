package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Plays the event loops: each thread opens, feeds and closes sessions at random, and knows what it counted. */
final class EventStorm {
    private final EventBus bus;
    private final long seed;
    private final int loops;
    private final int stepsPerLoop;
    private final double leftOpen;

    EventStorm(EventBus bus, long seed, int loops, int stepsPerLoop, double leftOpen) {
        this.bus = bus;
        this.seed = seed;
        this.loops = loops;
        this.stepsPerLoop = stepsPerLoop;
        this.leftOpen = leftOpen;
    }

    /** Runs all loops to their end; answers the sum over root sessions. */
    Tally run() throws InterruptedException {
        List<Loop> running = new ArrayList<>();
        for (int i = 0; i < loops; i++) {
            Loop loop = new Loop(new Random(seed * 31 + i));
            running.add(loop);
            loop.start();
        }
        Tally sum = Tally.ZERO;
        for (Loop loop : running) {
            loop.join();
            sum = sum.plus(loop.sum);
        }
        return sum;
    }

    private final class Loop extends Thread {
        private final Random random;
        private final LoopPublisher publisher = new LoopPublisher(bus, (task, delay) -> {}, System::currentTimeMillis);
        private final List<SessionMeter> open = new ArrayList<>();
        private final List<SessionMeter> roots = new ArrayList<>();
        private Tally sum = Tally.ZERO;

        Loop(Random random) {
            this.random = random;
        }

        @Override
        public void run() {
            for (int step = 0; step < stepsPerLoop; step++) {
                step();
                if (random.nextInt(8) == 0) {
                    publisher.publishPending();
                }
            }
            for (SessionMeter meter : open) {
                if (random.nextDouble() >= leftOpen) {
                    close(meter);
                }
            }
            while (publisher.hasPending()) {
                publisher.publishPending();
                LockSupport.parkNanos(100_000);
            }
            for (SessionMeter root : roots) {
                sum = sum.plus(root.total().toTally());
            }
        }

        private void step() {
            int dice = random.nextInt(100);
            if (open.isEmpty() || dice < 5) {
                open();
            } else if (dice < 8) {
                close(open.remove(random.nextInt(open.size())));
            } else if (dice < 9) {
                publisher.publish(new ConnectionRefused(0, "10.0.0.1:5", "secret.example:443", "denied by rule"));
            } else {
                move(open.get(random.nextInt(open.size())));
            }
        }

        private void open() {
            long id;
            while ((id = bus.sessionIds().next()) == 0) {
                LockSupport.parkNanos(100_000);
            }
            boolean isChild = !roots.isEmpty() && random.nextInt(4) == 0;
            long parent = isChild ? roots.get(0).id() : random.nextBoolean() ? 0 : id;
            SessionMeter meter = publisher.open(new SessionOpened(
                    id,
                    parent,
                    SessionProtocol.ofCode(1 + random.nextInt(4)),
                    "GET",
                    "host" + random.nextInt(50) + ".example",
                    "http://host.example/" + "ü".repeat(random.nextInt(20)),
                    "127.0.0.1:" + random.nextInt(65_536),
                    ""));
            open.add(meter);
            if (!isChild) {
                roots.add(meter);
            }
        }

        private void move(SessionMeter meter) {
            int bytes = random.nextInt(100_000);
            switch (random.nextInt(7)) {
                case 0 -> meter.up(bytes);
                case 1 -> meter.down(bytes);
                case 2 -> meter.overheadUp(bytes);
                case 3 -> meter.overheadDown(bytes);
                case 4 -> meter.originUp(bytes);
                case 5 -> meter.originDown(bytes);
                default -> meter.originConnected("192.0.2.1:" + random.nextInt(65_536));
            }
        }

        private void close(SessionMeter meter) {
            meter.close(CloseReason.ofCode(1 + random.nextInt(15)), random.nextInt(600));
        }
    }
}
