package io.weir.aggregator;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands out what users have used: asked for on any thread, made and delivered on the consumer thread. */
final class UsageDesk {
    private static final Logger LOG = LoggerFactory.getLogger(UsageDesk.class);

    private final Queue<Consumer<UsageReport>> readers = new ConcurrentLinkedQueue<>();
    private int waiting; // consumer thread

    /** Any thread; the consumer must be woken after it. */
    void request(Consumer<UsageReport> reader) {
        readers.add(reader);
    }

    /** Notes who has asked by now: they get what comes of all that follows in this round. Consumer thread. */
    void beginRound() {
        waiting = readers.size();
    }

    /** Delivers to those who had asked when the round began. Consumer thread. */
    void serve(LedgerFold fold, QuotaPolicy policy, long nowMillis) {
        if (waiting == 0) {
            return;
        }
        UsageReport report = UsageReport.of(fold, policy, nowMillis);
        Consumer<UsageReport> reader;
        for (; waiting > 0 && (reader = readers.poll()) != null; waiting--) {
            try {
                reader.accept(report);
            } catch (RuntimeException e) { // a reader's fault is not the ledger's
                LOG.error("a reader of usage failed sequence={}", report.sequence(), e);
            }
        }
    }
}
