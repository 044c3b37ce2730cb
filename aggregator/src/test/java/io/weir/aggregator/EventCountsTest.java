package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointCounts.Closed;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many sessions were closed, how, and how many were refused: of all time, as far as that is known. */
class EventCountsTest {
    private static final long AT = 1_700_000_000_000L;

    private final LedgerFold whole = new LedgerFold();
    private long sequence;
    private long lastId;

    EventCountsTest() {
        send(new NodeStarted("node", 1, "test", 1, 100), whole);
    }

    @Test
    void closedSessionsCountByTheProtocolThatTheyTurnedOutToHave() {
        open(whole);
        send(new ProtocolDetected(lastId, SessionProtocol.HTTP_MITM), whole);
        close(CloseReason.COMPLETED, whole);
        openAndClose(CloseReason.IDLE_TIMEOUT, whole);
        refuse(whole);
        Snapshot before = whole.snapshot(AT);
        openAndClose(CloseReason.IDLE_TIMEOUT, whole);
        refuse(whole);

        assertThat(before.closedCounts().count(SessionProtocol.HTTP_MITM, CloseReason.COMPLETED))
                .isEqualTo(1);
        assertThat(tunnels(before, CloseReason.COMPLETED)).isZero();
        assertThat(tunnels(before, CloseReason.IDLE_TIMEOUT)).isEqualTo(1);
        assertThat(before.refused()).isEqualTo(1);
        assertThat(tunnels(whole.snapshot(AT), CloseReason.IDLE_TIMEOUT)).isEqualTo(2);
        assertThat(whole.snapshot(AT).refused()).isEqualTo(2);
    }

    @Test
    void aFoldThatAdoptsACheckpointGoesOnWithItsCounts() {
        openAndClose(CloseReason.COMPLETED, whole);
        refuse(whole);
        LedgerFold late = new LedgerFold();
        checkpoint(whole.eventCounts().toCheckpoint(), whole, late);
        openAndClose(CloseReason.COMPLETED, whole, late);
        refuse(whole, late);
        checkpoint(late.eventCounts().toCheckpoint(), whole, late);

        assertThat(tunnels(late.snapshot(AT), CloseReason.COMPLETED)).isEqualTo(2);
        assertThat(late.snapshot(AT).refused()).isEqualTo(2);
        assertThat(late.closedByReason()).isEqualTo(whole.closedByReason());
        assertThat(whole.violations()).isZero();
        assertThat(late.violations()).isZero();
    }

    @Test
    void aCheckpointWithOtherCountsIsAViolation() {
        openAndClose(CloseReason.COMPLETED, whole);
        checkpoint(counts(0, 1, 1), whole);
        checkpoint(counts(0, 2, 0), whole);
        checkpoint(counts(0, 1, 0), whole);
        send(counts(0, 1, 0), whole);

        assertThat(whole.violationList())
                .extracting(violation -> violation.finding().what())
                .containsExactly(
                        "counts of a checkpoint differ from the events before it",
                        "counts of a checkpoint differ from the events before it",
                        "counts of no checkpoint");
    }

    @Test
    void aCheckpointOfAnEarlierVersionLeavesOpenWhatCameBeforeItAndWhoReadMoreAgrees() {
        openAndClose(CloseReason.COMPLETED, whole);
        openAndClose(CloseReason.COMPLETED, whole);
        LedgerFold writer = new LedgerFold();
        long begun = checkpoint(null, whole, writer);
        openAndClose(CloseReason.COMPLETED, whole, writer);
        CheckpointCounts stated = writer.eventCounts().toCheckpoint();
        checkpoint(stated, whole, writer);
        LedgerFold later = new LedgerFold();
        openAndClose(CloseReason.COMPLETED, whole, writer);
        checkpoint(writer.eventCounts().toCheckpoint(), whole, writer, later);
        openAndClose(CloseReason.COMPLETED, whole, writer, later);
        checkpoint(later.eventCounts().toCheckpoint(), whole, writer, later);

        assertThat(stated).isEqualTo(counts(begun, 1, 0));
        assertThat(tunnels(whole.snapshot(AT), CloseReason.COMPLETED)).isEqualTo(5);
        assertThat(tunnels(later.snapshot(AT), CloseReason.COMPLETED)).isEqualTo(3);
        assertThat(List.of(whole.violations(), writer.violations(), later.violations()))
                .containsOnly(0L);
        checkpoint(counts(begun, 2, 0), whole);
        assertThat(whole.violations()).as("the difference was 2 before").isEqualTo(1);
    }

    @Test
    void whoReadLessThanTheWriterAgreesToo() {
        openAndClose(CloseReason.COMPLETED, whole);
        LedgerFold late = new LedgerFold();
        checkpoint(null, whole, late);
        openAndClose(CloseReason.COMPLETED, whole, late);
        checkpoint(whole.eventCounts().toCheckpoint(), whole, late);
        openAndClose(CloseReason.COMPLETED, whole, late);
        checkpoint(whole.eventCounts().toCheckpoint(), whole, late);

        assertThat(late.violations()).isZero();
        checkpoint(counts(0, 1, 0), late);
        assertThat(late.violations()).isEqualTo(1);
    }

    private static CheckpointCounts counts(long since, long completed, long refused) {
        return new CheckpointCounts(
                since, List.of(new Closed(SessionProtocol.HTTPS_TUNNEL, CloseReason.COMPLETED, completed)), refused);
    }

    private static long tunnels(Snapshot snapshot, CloseReason reason) {
        return snapshot.closedCounts().count(SessionProtocol.HTTPS_TUNNEL, reason);
    }

    /** Answers the sequence of its beginning. */
    private long checkpoint(@Nullable CheckpointCounts counts, LedgerFold... folds) {
        long begun = sequence + 1;
        send(new CheckpointBegun(1, 100, lastId, folds[0].violationsRecorded(), Tally.ZERO, 0), folds);
        if (counts != null) {
            send(counts, folds);
        }
        send(new CheckpointEnded(begun), folds);
        return begun;
    }

    private void openAndClose(CloseReason reason, LedgerFold... folds) {
        open(folds);
        close(reason, folds);
    }

    private void open(LedgerFold... folds) {
        long id = ++lastId;
        send(
                new SessionOpened(id, id, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "a:443", "a:443", "127.0.0.1:1", ""),
                folds);
    }

    private void close(CloseReason reason, LedgerFold... folds) {
        send(new SessionClosed(lastId, reason, 0, Tally.ZERO), folds);
    }

    private void refuse(LedgerFold... folds) {
        send(new ConnectionRefused(0, "127.0.0.1:1", "a:443", "denied"), folds);
    }

    private void send(LedgerEvent event, LedgerFold... folds) {
        sequence++;
        for (LedgerFold fold : folds) {
            fold.event(sequence, AT, event);
        }
    }
}
