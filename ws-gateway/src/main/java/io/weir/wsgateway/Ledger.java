package io.weir.wsgateway;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.history.JournalHistory;
import io.weir.aggregator.replay.ReplayState;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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

    /**
     * Asks what users have used; a ledger that holds nobody to a quota knows of nobody.
     *
     * @param reader called once, on a thread of the aggregator's or this one; never, if the aggregator has stopped
     */
    default void requestUsage(Consumer<UsageReport> reader) {
        reader.accept(UsageReport.EMPTY);
    }

    /**
     * Asks what users have done since the node was started: those that are counted by themselves, and all others together.
     *
     * @param reader as that of {@link #requestUsage}
     */
    default void requestUserFigures(Consumer<UsageReport> reader) {
        reader.accept(UsageReport.EMPTY);
    }

    /** The exchanges that were journaled last. */
    RecentExchanges exchanges();

    /** What the journal tells of the past; it blocks, and is asked on no event loop. */
    JournalHistory history();

    /** How the journal fares. */
    LedgerHealth health();

    /** Where the replay is, as of the latest snapshot, if this is a ledger of the past that is played again; else null. */
    default @Nullable ReplayState replayState() {
        return null;
    }

    /** Whether it is one of the past, that is played again. */
    default boolean isReplay() {
        return replayState() != null;
    }

    /** When a snapshot was taken that has just come, in ns of the clock that rates go by: of a replay the time of its events. */
    default long clockNanos(Snapshot snapshot) {
        return System.nanoTime();
    }
}
