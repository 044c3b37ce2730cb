package io.weir.wsgateway;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import java.util.function.Consumer;

/** What the gateway reads from the aggregator, and all of it. Any thread; nothing here waits. */
public interface Ledger {
    /** The snapshot published last, however old. */
    Snapshot latest();

    /**
     * Asks for a snapshot that is taken after this call.
     *
     * @param reader called once, on a thread of the aggregator's; never, if the aggregator has stopped
     */
    void requestSnapshot(Consumer<Snapshot> reader);

    /** The exchanges that were journaled last. */
    RecentExchanges exchanges();

    /** What the journal tells of the past; it blocks, and is asked on no event loop. */
    JournalHistory history();

    /** How the journal fares. */
    LedgerHealth health();
}
