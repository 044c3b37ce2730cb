package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.TestConsumer.Session;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The law of the bus: whatever the loops do, in whatever order and however full the ring is, each session's deltas add
 * up to what its meter counted and to what its close states, and no session speaks before it opens or after it closes.
 * What a tunnel turned out to carry and the facts of an exchange arrive once. An exchange is told of inside the life of its
 * tunnel.
 */
class ConservationTest {
    private static final int[] RING_SLOTS = {2, 4, 8, 64, 1_024};
    private static final int STEPS = 4_000;

    static LongStream seeds() {
        return LongStream.rangeClosed(1, 30);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    @Timeout(60)
    void theDeltasOfASessionAddUpToItsTotals(long seed) throws Exception {
        var random = new Random(seed);
        var bus = EventBus.create(RING_SLOTS[random.nextInt(RING_SLOTS.length)]);
        bus.sessionIds().grant(1_000_000);
        var consumer = new UnevenConsumer(random.nextLong());
        List<RandomLoop> loops = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            loops.add(new RandomLoop(bus, random.nextLong(), i));
        }
        if (random.nextBoolean()) {
            bus.start(consumer);
            run(loops);
        } else { // the loops find the ring full from early on, and until they are done with their steps
            run(loops);
            bus.start(consumer);
        }
        drain(loops);
        bus.close();

        assertThat(consumer.failures()).isEmpty();
        assertThat(consumer.faults()).isEmpty();
        for (RandomLoop loop : loops) {
            loop.meters.forEach(meter -> assertIsTold(consumer.session(meter.id()), meter));
            loop.meters.forEach(meter -> assertIsInsideItsTunnel(consumer, meter.id()));
            assertThat(consumer.notices().stream()
                            .filter(notice -> ((CommandReceived) notice).by().equals(loop.name))
                            .toList())
                    .isEqualTo(loop.notices);
        }
        assertThat(consumer.sessions())
                .hasSize(loops.stream().mapToInt(loop -> loop.meters.size()).sum());
        assertThat(bus.backlog()).isZero();
    }

    private static void assertIsTold(Session session, SessionMeter meter) {
        Tally counted = meter.total().toTally();
        assertThat(session.sum.toTally()).isEqualTo(counted);
        assertThat(session.closed).isEqualTo(new SessionClosed(meter.id(), CloseReason.COMPLETED, 200, counted));
        assertThat(session.closedAtMillis).isGreaterThanOrEqualTo(session.openedAtMillis);
        assertThat(session.exchange != null).isEqualTo(session.opened.parentId() != 0);
    }

    private static void assertIsInsideItsTunnel(TestConsumer consumer, long id) {
        Session session = consumer.session(id);
        long tunnelId = session.opened.parentId();
        if (tunnelId != 0) {
            Session tunnel = consumer.session(tunnelId);
            assertThat(tunnel.detected).isNotNull();
            assertThat(session.openedInSlot).isGreaterThan(tunnel.openedInSlot);
            assertThat(session.closedInSlot).isLessThan(tunnel.closedInSlot);
        }
    }

    private static void run(List<RandomLoop> loops) throws InterruptedException, ExecutionException {
        inParallel(loops.stream().<Runnable>map(loop -> loop::takeSteps).toList());
    }

    private static void drain(List<RandomLoop> loops) throws InterruptedException, ExecutionException {
        inParallel(loops.stream().<Runnable>map(loop -> loop::drain).toList());
    }

    private static void inParallel(List<Runnable> tasks) throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        List<Future<?>> running = tasks.stream().<Future<?>>map(threads::submit).toList();
        for (Future<?> one : running) {
            one.get();
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Now quick, now slow, so that the ring is now empty, now full. */
    private static final class UnevenConsumer extends TestConsumer {
        private final Random random;
        private int slowSlots;

        UnevenConsumer(long seed) {
            random = new Random(seed);
        }

        @Override
        public void onSlot(RingSlot slot, boolean endOfBatch) {
            super.onSlot(slot, endOfBatch);
            if (slowSlots > 0) {
                slowSlots--;
                for (int i = 0; i < 500; i++) {
                    Thread.onSpinWait();
                }
            } else if (random.nextInt(200) == 0) {
                slowSlots = random.nextInt(50);
            }
        }
    }

    /** Opens sessions, moves bytes, closes sessions, lets time pass: all at random, from a seed. */
    private static final class RandomLoop {
        final List<SessionMeter> meters = new ArrayList<>();
        final List<LedgerEvent> notices = new ArrayList<>();
        final String name;
        private final Random random;
        private final TestLoop loop;
        private final List<SessionMeter> open = new ArrayList<>();
        private final Map<SessionMeter, List<SessionMeter>> exchanges = new HashMap<>(); // of each intercepted tunnel

        RandomLoop(EventBus bus, long seed, int number) {
            random = new Random(seed);
            loop = new TestLoop(bus);
            name = "loop " + number;
        }

        void takeSteps() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            while (!open.isEmpty()) {
                close(open.get(0));
            }
        }

        private void step() {
            int dice = random.nextInt(100);
            if (open.isEmpty() || dice < 5) {
                SessionMeter meter = loop.open();
                meters.add(meter);
                open.add(meter);
            } else if (dice < 9) {
                close(any());
            } else if (dice < 11) {
                LedgerEvent notice = new CommandReceived("closeConnection", notices.size(), name);
                notices.add(notice);
                loop.publisher().publish(notice);
            } else if (dice < 13) {
                any().originConnected("192.0.2.1:443");
            } else if (dice < 15) {
                intercept(any());
            } else if (dice < 26) {
                loop.advance(random.nextInt(6));
            } else if (dice < 28) {
                loop.publisher().publishPending();
            } else {
                move(any());
            }
        }

        /** Opens an exchange in a tunnel, which is intercepted from here on. Exchanges have none. */
        private void intercept(SessionMeter tunnel) {
            if (loop.isExchange(tunnel)) {
                return;
            }
            if (!exchanges.containsKey(tunnel)) {
                tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
                exchanges.put(tunnel, new ArrayList<>());
            }
            SessionMeter exchange = loop.openIn(tunnel, random.nextBoolean());
            meters.add(exchange);
            open.add(exchange);
            Objects.requireNonNull(exchanges.get(tunnel)).add(exchange);
        }

        private void close(SessionMeter meter) {
            List<SessionMeter> inside = exchanges.remove(meter);
            if (inside != null) {
                inside.stream().filter(SessionMeter::isOpen).forEach(this::closeOne);
            }
            closeOne(meter);
        }

        private void closeOne(SessionMeter meter) {
            if (loop.isExchange(meter)) {
                meter.exchangeCompleted(TestLoop.exchange(meter));
            }
            meter.close(CloseReason.COMPLETED, 200);
            open.remove(meter);
        }

        private void move(SessionMeter meter) {
            boolean isLarge = random.nextInt(20) == 0;
            long bytes = random.nextInt(isLarge ? 3 << 20 : 70_000);
            MeterCount count = MeterCount.six().get(random.nextInt(6));
            count.add().accept(meter, bytes);
        }

        private SessionMeter any() {
            return open.get(random.nextInt(open.size()));
        }

        void drain() {
            while (loop.publisher().hasPending()) {
                loop.advance(LoopPublisher.INTERVAL_MILLIS);
                LockSupport.parkNanos(TickWait.TICK_NANOS / 10);
            }
        }
    }
}
