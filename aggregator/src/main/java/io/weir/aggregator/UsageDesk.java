package io.weir.aggregator;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands out what users have used: asked for on any thread, made and delivered on the consumer thread. */
final class UsageDesk {
    private static final Logger LOG = LoggerFactory.getLogger(UsageDesk.class);

    private record Asker(boolean asksForFigures, Consumer<UsageReport> reader) {}

    private final Queue<Asker> askers = new ConcurrentLinkedQueue<>();
    private int waiting; // consumer thread

    /** Of everybody. Any thread; the consumer must be woken after it. */
    void request(Consumer<UsageReport> reader) {
        askers.add(new Asker(false, reader));
    }

    /** Of those that have figures of their own, and of the others together; costs the same however many users there are. As {@link #request}. */
    void requestFigures(Consumer<UsageReport> reader) {
        askers.add(new Asker(true, reader));
    }

    /** Notes who has asked by now: they get what comes of all that follows in this round. Consumer thread. */
    void beginRound() {
        waiting = askers.size();
    }

    /** Delivers to those who had asked when the round began. Consumer thread. */
    void serve(LedgerFold fold, QuotaPolicy policy, long nowMillis) {
        if (waiting == 0) {
            return;
        }
        var all = new Once(() -> UsageReport.of(fold, policy, nowMillis));
        var figures = new Once(() -> UsageReport.ofFigures(fold, policy, nowMillis));
        Asker asker;
        for (; waiting > 0 && (asker = askers.poll()) != null; waiting--) {
            UsageReport report = (asker.asksForFigures() ? figures : all).get();
            try {
                asker.reader().accept(report);
            } catch (RuntimeException e) { // a reader's fault is not the ledger's
                LOG.error("a reader of usage failed sequence={}", report.sequence(), e);
            }
        }
    }

    /** One report for all who ask in a round. */
    private static final class Once {
        private final Supplier<UsageReport> source;
        private @Nullable UsageReport made;

        Once(Supplier<UsageReport> source) {
            this.source = source;
        }

        UsageReport get() {
            if (made == null) {
                made = source.get();
            }
            return made;
        }
    }
}
