package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.history.ExchangeFilter;
import io.weir.aggregator.history.JournalHistory;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.EventBus;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The history of what a node journaled, beside what the node says. */
class HistoryOfANodeTest {
    @TempDir
    Path folder;

    @Test
    void whatANodeClosedAddsUpToItsTotals() throws Exception {
        EventBus bus = EventBus.create(256);
        Tally sum;
        try (Aggregator aggregator = Aggregator.open(bus, Ledgers.config(folder))) {
            sum = new EventStorm(bus, 41, 2, 2_000, 0).run();
            JournalHistory.of(folder).closed(SessionFilter.ALL, Long.MAX_VALUE, 50, () -> true); // beside the writer
            Ledgers.snapshotOf(aggregator);
        }
        LedgerFold fold = Ledgers.replay(folder);
        JournalHistory history = JournalHistory.of(folder);

        List<ClosedSession> closed = history.closed(SessionFilter.ALL, Long.MAX_VALUE, 1_000_000, () -> true)
                .sessions();

        assertThat(closed.stream()
                        .filter(session -> session.info().isRoot())
                        .map(session -> session.info().counts())
                        .reduce(Tally.ZERO, Tally::plus))
                .isEqualTo(sum)
                .isEqualTo(fold.totals());
        assertThat(closed.stream()
                        .map(session -> session.info().reason())
                        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting())))
                .isEqualTo(fold.closedByReason());
        for (ClosedSession session : closed.subList(0, 50)) {
            ConnectionInfo info = session.info();
            assertThat(history.find(info.id(), info.closedAtMillis(), () -> true))
                    .contains(session);
            assertThat(Arrays.stream(history.timeline(
                                            info.id(), info.openedAtMillis(), info.closedAtMillis(), 20, () -> true)
                                    .down())
                            .sum())
                    .isEqualTo(info.counts().down());
        }
    }

    @Test
    void theGoldenJournalsHaveAHistory() {
        JournalHistory plain = JournalHistory.of(Path.of("src/test/resources/golden-journal-1"));
        JournalHistory intercepted = JournalHistory.of(Path.of("src/test/resources/golden-journal-1b"));

        assertThat(plain.closed(SessionFilter.ALL, Long.MAX_VALUE, 10, () -> true)
                        .sessions())
                .extracting(session -> session.info().reason())
                .containsExactly(CloseReason.NODE_CRASHED, CloseReason.COMPLETED);
        assertThat(intercepted
                        .exchanges(ExchangeFilter.ALL, Long.MAX_VALUE, 10, () -> true)
                        .exchanges())
                .isNotEmpty();
    }
}
