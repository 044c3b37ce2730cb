package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.history.JournalHistory;
import io.weir.wsgateway.Ledger;
import java.util.function.Consumer;

/** Shows the aggregator to the gateway. Any thread. */
final class AggregatorLedger implements Ledger {
    private final Aggregator aggregator;
    private final JournalHistory history;

    AggregatorLedger(Aggregator aggregator, JournalHistory history) {
        this.aggregator = aggregator;
        this.history = history;
    }

    @Override
    public Snapshot latest() {
        return aggregator.latest();
    }

    @Override
    public void requestSnapshot(Consumer<Snapshot> reader) {
        aggregator.requestSnapshot(reader);
    }

    @Override
    public void requestUsage(Consumer<UsageReport> reader) {
        aggregator.requestUsage(reader);
    }

    @Override
    public void requestUserFigures(Consumer<UsageReport> reader) {
        aggregator.requestUserFigures(reader);
    }

    @Override
    public RecentExchanges exchanges() {
        return aggregator.exchanges();
    }

    @Override
    public JournalHistory history() {
        return history;
    }

    @Override
    public LedgerHealth health() {
        return aggregator.health();
    }
}
