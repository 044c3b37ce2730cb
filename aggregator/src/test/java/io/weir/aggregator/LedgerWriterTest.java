package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.ChronicleJournal;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LedgerWriterTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold live = new LedgerFold();

    @TempDir
    Path folder;

    static Stream<String> texts() {
        return Stream.of(
                "",
                "plain",
                "\u007f",
                "\u0080",
                "\u0141",
                "Ł\uD83D\uDE00",
                "half \uD83D",
                "x".repeat(4_096),
                "x".repeat(4_097));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void whatIsFoldedLiveIsWhatAReaderOfTheJournalFolds(String text) throws Exception {
        try (JournalLock lock = JournalLock.acquire(folder);
                ChronicleJournal journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> AT)) {
            LedgerWriter writer =
                    new LedgerWriter(journal, lock.folder(), live, new RecentExchanges(), Sealer.none(), "");
            writer.write(new NodeStarted("node", 1, "test", 1, 100), AT);
            writeTwoSessions(writer, text);
        }

        LedgerFold replayed = Ledgers.replay(folder);

        assertThat(live.violations()).isZero();
        assertThat(replayed.sequence()).isEqualTo(live.sequence()).isEqualTo(8);
        assertThat(replayed.atMillis()).isEqualTo(live.atMillis());
        assertThat(replayed.digest()).isEqualTo(live.digest());
        assertThat(openIn(replayed)).isEqualTo(openIn(live)).hasSize(1);
        assertThat(replayed.snapshot(AT).recentlyClosed())
                .isEqualTo(live.snapshot(AT).recentlyClosed())
                .hasSize(1);
    }

    @Test
    void whatMovesAfterAnExchangeWasToldOfStaysBehindIt() throws Exception {
        Counts delta = new Counts();
        delta.set(1, 2, 3, 4, 5, 6);
        EventBatch batch = new EventBatch();
        batch.add(AT, new NodeStarted("node", 1, "test", 1, 100));
        batch.add(AT, opened(1, "plain"));
        batch.transferred(0, AT, 1, delta);
        batch.add(AT, EventStorm.exchange(1, 0, delta.toTally(), AT));
        batch.transferred(0, AT, 1, delta);
        RecentExchanges recent = new RecentExchanges();
        try (JournalLock lock = JournalLock.acquire(folder);
                ChronicleJournal journal = ChronicleJournal.open(lock, JournalPosition.BEGINNING, () -> AT)) {
            new LedgerWriter(journal, lock.folder(), live, recent, Sealer.none(), "").write(batch, AT);
        }

        assertThat(live.violations()).isZero();
        assertThat(live.totals().up()).isEqualTo(2);
        assertThat(recent.newestSequence()).isEqualTo(4);
    }

    private static void writeTwoSessions(LedgerWriter writer, String text) throws IOException {
        Counts delta = new Counts();
        delta.set(1, 2, 3, 4, 5, 6);
        EventBatch batch = new EventBatch();
        batch.add(AT - 5, opened(1, "plain"));
        batch.add(AT - 4, opened(2, text));
        batch.add(AT - 3, new OriginConnected(2, text));
        batch.transferred(0, AT, 1, delta);
        batch.transferred(0, AT, 2, delta);
        batch.transferred(0, AT, 1, delta);
        delta.addExact(delta);
        batch.add(AT + 1, new SessionClosed(1, CloseReason.COMPLETED, 200, delta.toTally()));
        batch.add(AT - 2, new OriginConnected(2, "192.0.2.1:80"));
        writer.write(batch, AT);
    }

    private static SessionOpened opened(long id, String text) {
        return new SessionOpened(id, 0, SessionProtocol.HTTP, "GET", "host", text, "127.0.0.1:5", text);
    }

    private static List<ConnectionInfo> openIn(LedgerFold fold) {
        List<ConnectionInfo> open = new ArrayList<>();
        fold.forEachOpen(open::add);
        return open;
    }
}
