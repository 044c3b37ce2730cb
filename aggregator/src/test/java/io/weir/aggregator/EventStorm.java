package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Plays the event loops: each thread opens, feeds and closes sessions at random, tunnels with exchanges in them among these,
 * and knows what it counted.
 */
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
        private final List<SessionMeter> tunnels = new ArrayList<>(); // the open ones
        private final Map<SessionMeter, List<SessionMeter>> exchanges = new HashMap<>(); // by tunnel
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
            for (SessionMeter meter : List.copyOf(open)) {
                if (meter.isOpen() && random.nextDouble() >= leftOpen) {
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
                close(open.get(random.nextInt(open.size())));
            } else if (dice < 9) {
                open.get(random.nextInt(open.size())).routed("rule " + random.nextInt(3), "");
            } else if (dice < 10) {
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
            boolean isExchange = !tunnels.isEmpty() && random.nextInt(2) == 0;
            if (isExchange) {
                openExchange(id, tunnels.get(random.nextInt(tunnels.size())));
                return;
            }
            boolean isTunnel = random.nextBoolean();
            SessionProtocol protocol = isTunnel ? SessionProtocol.HTTPS_TUNNEL : SessionProtocol.HTTP;
            SessionMeter root =
                    publisher.open(opened(id, isTunnel ? id : 0, protocol), SessionRoute.under(random.nextInt(4)));
            open.add(root);
            roots.add(root);
            if (isTunnel) {
                tunnels.add(root);
            }
        }

        private void openExchange(long id, SessionMeter tunnel) {
            List<SessionMeter> inside = exchanges.get(tunnel);
            if (inside == null) {
                tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
                inside = new ArrayList<>();
                exchanges.put(tunnel, inside);
            }
            SessionOpened opened = opened(id, tunnel.id(), SessionProtocol.HTTPS_MITM);
            SessionMeter exchange = random.nextBoolean() ? publisher.open(opened) : publisher.openSoon(opened);
            open.add(exchange);
            inside.add(exchange);
        }

        private SessionOpened opened(long id, long parentId, SessionProtocol protocol) {
            return new SessionOpened(
                    id,
                    parentId,
                    protocol,
                    "GET",
                    "host" + random.nextInt(50) + ".example",
                    "http://host.example/" + "ü".repeat(random.nextInt(20)),
                    "127.0.0.1:" + random.nextInt(65_536),
                    "");
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
            for (SessionMeter exchange : exchanges.getOrDefault(meter, List.of())) {
                if (exchange.isOpen()) {
                    complete(exchange, meter.id());
                }
            }
            tunnels.remove(meter);
            open.remove(meter);
            for (Map.Entry<SessionMeter, List<SessionMeter>> tunnel : exchanges.entrySet()) {
                if (tunnel.getValue().contains(meter)) {
                    complete(meter, tunnel.getKey().id());
                    return;
                }
            }
            meter.close(CloseReason.ofCode(1 + random.nextInt(15)), random.nextInt(600));
        }

        /** Closes an exchange, whose facts come with the close or later. */
        private void complete(SessionMeter exchange, long tunnelId) {
            open.remove(exchange);
            ExchangeCompleted completed = exchange(
                    exchange.id(), tunnelId, exchange.total().toTally(), 1_700_000_000_000L + random.nextInt(1_000));
            boolean isLate = random.nextInt(4) == 0;
            if (!isLate) {
                exchange.exchangeCompleted(completed);
            }
            exchange.close(CloseReason.COMPLETED, 200);
            if (isLate) {
                publisher.publish(completed);
            }
        }
    }

    /** The facts of an exchange of this size. */
    static ExchangeCompleted exchange(long id, long parentId, Tally sizes, long atMillis) {
        var request = new MessageFacts(List.of(new Field("Accept", "*/*")), 0, 0, "", "");
        var response = new MessageFacts(List.of(new Field("Content-Type", "text/html")), 1, 9, "ab", "");
        return new ExchangeCompleted(
                id,
                parentId,
                parentId == 0 ? SessionProtocol.HTTP : SessionProtocol.HTTPS_MITM,
                "127.0.0.1:5",
                "host.example:443",
                "GET",
                "https://host.example/",
                200,
                "HTTP/2",
                "HTTP/1.1",
                "192.0.2.1:443",
                "cd",
                request,
                response,
                sizes,
                sizes,
                new ExchangeTimes(atMillis, 10, 20, 30, 40_000),
                0,
                0,
                "");
    }
}
