package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LedgerFoldTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold fold = new LedgerFold();
    private long sequence;

    LedgerFoldTest() {
        event(new NodeStarted("node", 1, "test", 1, 100));
    }

    @Test
    void onlyRootSessionsAddToTheTotals() {
        open(1, 1);
        open(2, 1);
        open(3, 0);
        up(1, 10);
        up(2, 100);
        up(3, 1_000);

        assertThat(fold.totals()).isEqualTo(tally(1_010));
        assertThat(fold.findOpen(2)).satisfies(child -> {
            assertThat(child.isRoot()).isFalse();
            assertThat(child.counts()).isEqualTo(tally(100));
        });
        assertThat(fold.violations()).isZero();
    }

    @Test
    void aCloseWhoseTotalsAreNotTheSumOfTheDeltasIsAViolation() {
        open(1, 0);
        up(1, 10);
        event(new SessionClosed(1, CloseReason.COMPLETED, 200, tally(11)));

        assertThat(fold.violations()).isEqualTo(1);
        assertThat(fold.firstUnrecordedViolation())
                .isEqualTo(new ConservationViolated(
                        1, "totals at close are not the sum of the deltas", tally(11), tally(10)));
    }

    @Test
    void aViolationThatTheJournalRecordsCountsOnce() {
        up(1, 10);
        event(violation());

        assertThat(fold.violations()).isEqualTo(1);
        assertThat(fold.violationsRecorded()).isEqualTo(1);
        assertThat(fold.firstUnrecordedViolation()).isNull();
        assertThat(fold.violationList()).hasSize(1);
    }

    @Test
    void whatCannotBeIsAViolationAndNeverAnException() {
        up(5, 1);
        event(new SessionClosed(5, CloseReason.COMPLETED, 0, Tally.ZERO));
        open(6, 0);
        open(6, 0);
        event(new SessionClosed(6, CloseReason.COMPLETED, 0, Tally.ZERO));
        open(6, 0);
        open(-1, 0);
        open(7, 0);
        up(7, Long.MAX_VALUE);
        up(7, 1);
        event(new NodeStopped(50));
        event(new NodeStarted("node", 2, "test", 40, 100));
        open(39, 0);
        event(new SessionRouted(99, new SessionRoute(1, "", "")));

        assertThat(fold.violationList())
                .extracting(violation -> violation.finding().what())
                .containsExactly(
                        "bytes for a session that is not open",
                        "closed a session that is not open",
                        "session id used again",
                        "session id used again",
                        "session opened without an id",
                        "sum of a session passes 2^63",
                        "node stopped with sessions open",
                        "session ids of an earlier boot reserved again",
                        "session id used again",
                        "route of a session that is not open");
        assertThat(fold.totals()).isEqualTo(tally(Long.MAX_VALUE));
    }

    @Test
    void theLastRouteThatIsStatedHoldsAndIsPartOfTheState() {
        open(1, 0);
        String before = fold.digest();
        event(new SessionRouted(1, new SessionRoute(3, "", "")));
        event(new SessionRouted(1, new SessionRoute(3, "office", "hop")));

        ConnectionInfo row = Objects.requireNonNull(fold.findOpen(1));
        assertThat(row.route()).isEqualTo(new SessionRoute(3, "office", "hop"));
        assertThat(fold.digest()).isNotEqualTo(before);
        event(new SessionClosed(1, CloseReason.COMPLETED, 0, Tally.ZERO));
        assertThat(fold.snapshot(AT).recentlyClosed())
                .extracting(closed -> closed.route().rule())
                .containsExactly("office");
    }

    @Test
    void anEventThatWasFoldedAlreadyIsPassedOver() {
        open(1, 0);
        up(1, 10);
        sequence--;
        up(1, 10);

        assertThat(fold.totals()).isEqualTo(tally(10));
    }

    @Test
    void aSnapshotDoesNotChangeAndSharesThePagesThatDoNot() {
        for (int id = 1; id <= 600; id++) {
            open(id, 0);
        }
        LedgerSnapshot before = (LedgerSnapshot) fold.snapshot(AT);
        up(300, 7);
        event(new SessionClosed(1, CloseReason.COMPLETED, 0, Tally.ZERO));
        open(601, 0);
        LedgerSnapshot after = (LedgerSnapshot) fold.snapshot(AT);

        assertThat(rows(before))
                .hasSize(600)
                .allSatisfy(row -> assertThat(row.counts()).isEqualTo(Tally.ZERO));
        assertThat(rows(before)).extracting(ConnectionInfo::id).isSorted();
        assertThat(before.recentlyClosed()).isEmpty();
        assertThat(rows(after))
                .hasSize(600)
                .extracting(ConnectionInfo::id)
                .isSorted()
                .doesNotContain(1L);
        assertThat(after.find(300))
                .hasValueSatisfying(row -> assertThat(row.counts()).isEqualTo(tally(7)));
        assertThat(after.find(1))
                .hasValueSatisfying(row -> assertThat(row.isOpen()).isFalse());
        assertThat(after.page(0)).isNotSameAs(before.page(0));
        assertThat(after.page(1)).isNotSameAs(before.page(1));
        assertThat(after.page(2)).isNotSameAs(before.page(2));
        assertThat(((LedgerSnapshot) fold.snapshot(AT)).page(1)).isSameAs(after.page(1));
    }

    @Test
    void aClosedSessionStaysVisibleForAFewSeconds() {
        open(1, 0);
        event(new SessionClosed(1, CloseReason.COMPLETED, 200, Tally.ZERO));

        assertThat(fold.snapshot(AT + 2_500).recentlyClosed()).hasSize(1);
        assertThat(fold.snapshot(AT + 60_000).recentlyClosed()).isEmpty();
    }

    @Test
    void theTableKeepsTheOrderOfOpeningHoweverManySessionsCome() {
        List<Long> expected = new ArrayList<>();
        for (long id = 1; id <= 50_000; id++) {
            open(id, 0);
            up(id, id);
            if (id % 1_000 == 0) {
                expected.add(id);
            } else {
                event(new SessionClosed(id, CloseReason.COMPLETED, 0, tally(id)));
            }
        }

        List<ConnectionInfo> open = new ArrayList<>();
        fold.forEachOpen(open::add);

        assertThat(open).extracting(ConnectionInfo::id).isEqualTo(expected);
        assertThat(open).allSatisfy(row -> assertThat(row.counts()).isEqualTo(tally(row.id())));
        assertThat(fold.violations()).isZero();
    }

    @Test
    void aFoldThatStartsAtACheckpointEndsInTheSameState() {
        open(1, 0);
        open(2, 1);
        up(1, 10);
        up(2, 20);
        LedgerFold late = new LedgerFold();
        late.event(sequence, AT, new CheckpointEnded(1)); // the end of an older one tells it nothing
        List<LedgerEvent> checkpoint = checkpoint();
        for (LedgerEvent event : checkpoint) {
            event(event);
            late.event(sequence, AT, event);
        }
        event(new SessionClosed(2, CloseReason.COMPLETED, 0, tally(20)));
        late.event(sequence, AT, new SessionClosed(2, CloseReason.COMPLETED, 0, tally(20)));

        assertThat(late.isStarted()).isTrue();
        assertThat(late.violations()).isZero();
        assertThat(fold.violations()).isZero();
        assertThat(late.digest()).isEqualTo(fold.digest());
        assertThat(late.firstFreeSessionId()).isEqualTo(100);
    }

    @Test
    void aCheckpointThatDiffersFromTheStateIsAViolation() {
        open(1, 0);
        List<LedgerEvent> checkpoint = checkpoint();
        up(1, 10);
        checkpoint.set(2, new CheckpointEnded(sequence + 1));
        checkpoint.forEach(this::event);

        assertThat(fold.violationList())
                .extracting(violation -> violation.finding().what())
                .containsExactly(
                        "totals of a checkpoint are not the sum of the deltas",
                        "session of a checkpoint differs from its events");
    }

    @Test
    void aCheckpointThatItsWriterDidNotEndIsForgotten() {
        open(1, 0);
        List<LedgerEvent> checkpoint = checkpoint();
        LedgerFold late = new LedgerFold();
        for (LedgerEvent event : checkpoint.subList(0, 2)) {
            event(event);
            late.event(sequence, AT, event);
        }
        event(new NodeStarted("node", 2, "test", 100, 200));
        late.event(sequence, AT, new NodeStarted("node", 2, "test", 100, 200));

        assertThat(fold.violations()).isZero();
        assertThat(late.isStarted()).isFalse();
        assertThat(late.skipped()).isEqualTo(1);
    }

    private List<LedgerEvent> checkpoint() {
        List<LedgerEvent> events = new ArrayList<>();
        events.add(new CheckpointBegun(
                fold.boot(), fold.idsReservedBelow(), fold.sessionsOpened(), 0, fold.totals(), fold.openCount()));
        fold.forEachOpen(row -> events.add(new CheckpointSession(
                opened(row.id(), row.parentId()), row.openedAtMillis(), row.originAddress(), row.counts())));
        events.add(new CheckpointEnded(sequence + 1));
        return events;
    }

    private ConservationViolated violation() {
        return Objects.requireNonNull(fold.firstUnrecordedViolation());
    }

    private static List<ConnectionInfo> rows(Snapshot snapshot) {
        List<ConnectionInfo> rows = new ArrayList<>();
        snapshot.forEachOpen(rows::add);
        return rows;
    }

    private void event(LedgerEvent event) {
        fold.event(++sequence, AT, event);
    }

    private void open(long id, long parentId) {
        event(opened(id, parentId));
    }

    private void up(long id, long bytes) {
        Counts delta = new Counts();
        delta.set(bytes, 0, 0, 0, 0, 0);
        fold.transferred(++sequence, AT, id, delta);
    }

    private static SessionOpened opened(long id, long parentId) {
        return new SessionOpened(id, parentId, SessionProtocol.HTTP, "GET", "a", "http://a/", "127.0.0.1:1", "");
    }

    private static Tally tally(long up) {
        return new Tally(up, 0, 0, 0, 0, 0);
    }
}
