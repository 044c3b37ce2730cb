package io.weir.wsgateway;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import io.weir.aggregator.replay.Replay;
import io.weir.aggregator.replay.ReplayState;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A ledger of the past, as a replay shows it: nothing is told of what comes later than where the replay is. Any thread. */
final class ReplayLedger implements Ledger {
    private final Replay replay;
    private final JournalHistory history;

    ReplayLedger(Replay replay) {
        this.replay = replay;
        this.history = JournalHistory.of(replay.health().journalFolder());
    }

    @Override
    public Snapshot latest() {
        return replay.latest();
    }

    @Override
    public void requestSnapshot(Consumer<Snapshot> reader) {
        replay.requestSnapshot(reader);
    }

    @Override
    public RecentExchanges exchanges() {
        return replay.exchanges();
    }

    @Override
    public JournalHistory history() {
        return history.upTo(replay.latest().sequence());
    }

    @Override
    public LedgerHealth health() {
        return replay.health();
    }

    @Override
    public ReplayState replayState() {
        return replay.state();
    }

    @Override
    public long clockNanos(Snapshot snapshot) {
        return TimeUnit.MILLISECONDS.toNanos(snapshot.atMillis());
    }
}
