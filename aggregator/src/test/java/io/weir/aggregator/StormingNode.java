package io.weir.aggregator;

import io.weir.eventbus.EventBus;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A node in a process of its own, to be killed: it moves bytes without end and says what it has shown. Its lines are
 * {@code sequence up sessionsOpened nextId}.
 */
final class StormingNode {
    private StormingNode() {}

    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        EventBus bus = EventBus.create(1_024);
        Aggregator aggregator = Aggregator.open(
                bus,
                Ledgers.config(Path.of(arguments[0])).withSeals(Path.of(arguments[0], "seal"), Duration.ofMillis(5)));
        out.println("ready " + aggregator.health().recoveryMillis());
        long seed = Long.parseLong(arguments[1]);
        Thread storm = new Thread(() -> {
            try {
                for (int i = 0; ; i++) {
                    new EventStorm(bus, seed + i, 2, 20_000, 0.01).run();
                }
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        storm.setDaemon(true);
        storm.start();
        long shown = -1;
        while (true) {
            Snapshot snapshot = Ledgers.snapshotOf(aggregator); // which comes when the ledger has ticked
            if (snapshot.sequence() > shown) {
                shown = snapshot.sequence();
                out.println(shown + " " + snapshot.totals().up() + " " + snapshot.sessionsOpened() + " "
                        + bus.sessionIds().peek());
            }
        }
    }
}
