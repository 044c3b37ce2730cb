package io.weir.benchmarks.journal;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorConfig;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LoopPublisher;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes a long journal as a node does, with seals and checkpoints, through the ring and the aggregator: {@code WriteJournal DATA DELTAS}.
 *
 * <p>Ten thousand tunnels are open at once; each delta is of another one, so that none are merged. For every thousand deltas one tunnel is closed and
 * one opened, so a journal of a hundred million deltas has a hundred thousand sessions.
 */
public final class WriteJournal {
    private static final int OPEN = 10_000;
    private static final int ROUND = 1_000;
    private static final int RING = 65_536;
    private static final long NAP_NANOS = 100_000;
    private static final long SAY_EVERY = 10_000_000;

    private final EventBus bus = EventBus.create(RING);
    private final LoopPublisher publisher =
            new LoopPublisher(bus, (task, delayMillis) -> {}, System::currentTimeMillis);
    private final ArrayDeque<SessionMeter> open = new ArrayDeque<>();
    private final Random random = new Random(42);

    private WriteJournal() {}

    /** Writes one. */
    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            System.err.println("usage: WriteJournal DATA DELTAS");
            System.exit(64);
        }
        Path data = Path.of(arguments[0]);
        new WriteJournal().write(data, Long.parseLong(arguments[1]));
    }

    private void write(Path data, long deltas) {
        AggregatorConfig config = AggregatorConfig.defaults(data.resolve("journal"), "benchmark")
                .withSeals(data.resolve("seal"), AggregatorConfig.SEAL_INTERVAL);
        long begun = System.nanoTime();
        try (Aggregator aggregator = Aggregator.open(bus, config)) {
            while (open.size() < OPEN) {
                open.add(tunnel());
                settle();
            }
            for (long written = 0; written < deltas; written += ROUND) {
                round();
                if (written % SAY_EVERY == 0) {
                    System.err.printf("%,d deltas%n", written);
                }
            }
            List<SessionMeter> rest = new ArrayList<>(open);
            rest.subList(0, OPEN / 2).forEach(each -> each.close(CloseReason.COMPLETED, 200)); // half stays open
            settle();
            while (bus.backlog() > 0) {
                LockSupport.parkNanos(NAP_NANOS);
            }
            System.err.printf(
                    "%,d deltas in %.1f s, journaled up to sequence %,d%n",
                    deltas,
                    (System.nanoTime() - begun) / 1e9,
                    aggregator.health().sequence());
        }
    }

    private void round() {
        open.remove().close(CloseReason.COMPLETED, 200);
        open.add(tunnel());
        for (int i = 0; i < ROUND; i++) {
            SessionMeter session = open.remove();
            long bytes = 1L + random.nextInt(1 << 16);
            session.up(random.nextInt(2_000));
            session.down(bytes);
            session.originDown(bytes);
            open.add(session);
        }
        settle();
    }

    /** Publishes all, and waits while the ring is more than half full: what waited would be merged. */
    private void settle() {
        publisher.publishPending();
        while (publisher.hasPending() || bus.backlog() > RING / 2) {
            LockSupport.parkNanos(NAP_NANOS);
            publisher.publishPending();
        }
    }

    private SessionMeter tunnel() {
        long id = bus.sessionIds().next();
        while (id == 0) {
            LockSupport.parkNanos(NAP_NANOS);
            id = bus.sessionIds().next();
        }
        String host = "host-" + id % 1_000 + ".example:443";
        String client = "10.0." + id % 7 + "." + id % 250 + ":" + (1_024 + id % 60_000);
        return publisher.open(new SessionOpened(
                id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", host, host, client, "user" + id % 50));
    }
}
