package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.OfUser;
import io.weir.eventbus.LedgerEvent.CheckpointUsage.Sum;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the fold makes of users' bytes. */
class UsageFoldTest {
    private static final long DAY = LocalDate.of(2026, 11, 26).toEpochDay();
    private static final long MONTH = 56 * 12 + 10;
    private static final long MIDNIGHT = (DAY + 1) * Periods.DAY_MILLIS;

    private final LedgerFold whole = new LedgerFold();
    private long sequence;
    private long at = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();
    private long lastId;

    UsageFoldTest() {
        send(new NodeStarted("node", 1, "test", 1, 1L << 40), whole);
    }

    @Test
    void whatCrossesTheClientsSocketCountsAndNothingElse() {
        long root = open("anna", 0, whole);
        long child = open("anna", root, whole);
        long nobody = open("", 0, whole);
        move(root, counts(1, 20, 300, 4_000), whole);
        move(child, counts(7, 7, 7, 7), whole);
        move(nobody, counts(7, 7, 7, 7), whole);

        assertThat(whole.usage())
                .containsExactly(
                        new OfUser("anna", List.of(new Sum(DAY, 4_321, 0)), List.of(new Sum(MONTH, 4_321, 0))));
    }

    @Test
    void aClockThatStepsBackOverMidnightResetsNothing() {
        long id = open("anna", 0, whole);
        at = MIDNIGHT - 1;
        move(id, counts(100, 0, 0, 0), whole);
        at = MIDNIGHT;
        move(id, counts(50, 0, 0, 0), whole);
        at = MIDNIGHT - 500;
        move(id, counts(7, 0, 0, 0), whole);
        at = MIDNIGHT + 500;
        move(id, counts(1, 0, 0, 0), whole);

        OfUser usage = whole.usage().get(0);
        assertThat(usage.days()).containsExactly(new Sum(DAY + 1, 51, 0), new Sum(DAY, 107, 0));
        assertThat(usage.months()).containsExactly(new Sum(MONTH, 158, 0));
    }

    @Test
    void aThirdDayTakesThePlaceOfTheOneThatWasNotUsedForLongest() {
        long id = open("anna", 0, whole);
        move(id, counts(1, 0, 0, 0), whole);
        at += 12 * 365 * Periods.DAY_MILLIS; // a clock that is wrong for a moment
        move(id, counts(2, 0, 0, 0), whole);
        at -= 12 * 365 * Periods.DAY_MILLIS;
        move(id, counts(4, 0, 0, 0), whole);
        at += Periods.DAY_MILLIS;
        move(id, counts(8, 0, 0, 0), whole);

        assertThat(whole.usage().get(0).days()).containsExactly(new Sum(DAY + 1, 8, 0), new Sum(DAY, 5, 0));
    }

    @Test
    void aWarningIsRememberedWithItsQuotaAndByWhoeverBeginsWithACheckpoint() {
        long id = open("anna", 0, whole);
        move(id, counts(80, 0, 0, 0), whole);
        send(new QuotaWarned("anna", "2026-11-26", 80, 100), whole);
        send(new QuotaWarned("anna", "2026-10", 80, 100), whole);
        send(new QuotaWarned("bob", "2026-11", 80, 100), whole);
        close(id, counts(80, 0, 0, 0), whole);
        LedgerFold late = new LedgerFold();
        checkpoint(whole.usages().toCheckpoint(), whole, late);

        assertThat(late.usage())
                .isEqualTo(whole.usage())
                .containsExactly(new OfUser("anna", List.of(new Sum(DAY, 80, 100)), List.of(new Sum(MONTH, 80, 0))));
        assertThat(late.digest()).isEqualTo(whole.digest());
        assertThat(whole.violations() + late.violations()).isZero();
    }

    @Test
    void aCheckpointThatSaysAnythingElseIsAViolation() {
        long id = open("anna", 0, whole);
        move(id, counts(80, 0, 0, 0), whole);
        close(id, counts(80, 0, 0, 0), whole);
        checkpoint(whole.usages().toCheckpoint(), whole);
        assertThat(whole.violations()).isZero();

        checkpoint(usage(0, new OfUser("anna", List.of(new Sum(DAY, 81, 0)), List.of(new Sum(MONTH, 80, 0)))), whole);
        checkpoint(usage(0), whole);
        checkpoint(List.of(), whole);
        checkpoint(whole.usages().toCheckpoint(), whole);

        assertThat(whole.violationList())
                .hasSize(3)
                .allSatisfy(violation -> assertThat(violation.finding().what())
                        .isEqualTo("usage of a checkpoint differs from the events before it"));
    }

    @Test
    void aCheckpointThatBreaksOffSaysNothing() {
        long id = open("anna", 0, whole);
        move(id, counts(80, 0, 0, 0), whole);
        close(id, counts(80, 0, 0, 0), whole);
        send(new CheckpointBegun(1, 1L << 40, 1, 0, whole.totals(), 0), whole);
        send(
                usage(0, new OfUser("eve", List.of(new Sum(DAY, 81, 0)), List.of()))
                        .get(0),
                whole);
        send(new NodeStarted("node", 2, "test", 1L << 40, 1L << 41), whole);
        checkpoint(2, whole.usages().toCheckpoint(), whole);

        assertThat(whole.violations()).isZero();
        assertThat(whole.usage()).extracting(OfUser::user).containsExactly("anna");
    }

    @Test
    void whoBeganWithACheckpointOfAnEarlierVersionAndWhoDidNotAgreeFromTheNextOneOn() {
        long id = open("anna", 0, whole);
        move(id, counts(80, 0, 0, 0), whole);
        long old = open("old", 0, whole);
        move(old, counts(1, 0, 0, 0), whole);
        close(old, counts(1, 0, 0, 0), whole);
        close(id, counts(80, 0, 0, 0), whole);
        LedgerFold writer = new LedgerFold();
        checkpoint(List.of(), whole, writer);
        assertThat(writer.usageSinceSequence()).isPositive();
        assertThat(writer.digest()).isEqualTo(whole.digest());
        long next = open("anna", 0, whole, writer);
        move(next, counts(5, 0, 0, 0), whole, writer);
        close(next, counts(5, 0, 0, 0), whole, writer);
        LedgerFold later = new LedgerFold();
        checkpoint(List.of(), whole, writer, later);
        checkpoint(writer.usages().toCheckpoint(), whole, writer, later);

        assertThat(writer.usage())
                .isEqualTo(whole.usage())
                .isEqualTo(later.usage())
                .containsExactly(new OfUser("anna", List.of(new Sum(DAY, 5, 0)), List.of(new Sum(MONTH, 5, 0))));
        assertThat(whole.digest()).isEqualTo(writer.digest()).isEqualTo(later.digest());
        assertThat(whole.violations() + writer.violations() + later.violations())
                .isZero();
    }

    @Test
    void whoKnowsMoreThanTheWriterStatesNoLess() {
        long id = open("anna", 0, whole);
        move(id, counts(80, 0, 0, 0), whole);
        close(id, counts(80, 0, 0, 0), whole);

        checkpoint(usage(2, new OfUser("anna", List.of(new Sum(DAY, 81, 0)), List.of())), whole);

        assertThat(whole.violations()).isEqualTo(1);
    }

    @Test
    void aSumThatPasses2To63IsAViolationAndAddsNothing() {
        long id = open("anna", 0, whole);
        move(id, counts(Long.MAX_VALUE / 2, 0, 0, 0), whole);
        long other = open("anna", 0, whole);
        move(other, counts(0, Long.MAX_VALUE, 0, 0), whole);

        assertThat(whole.violations()).isEqualTo(2);
        assertThat(whole.usage()).isEmpty();
    }

    @Test
    void whoHasUsedNothingForLongIsDroppedWhereThereAreManyUsersAndNobodyElse() {
        for (int i = 0; i < UsageFold.USERS_KEPT; i++) {
            use("old" + i);
        }
        long open = open("open", 0, whole);
        move(open, counts(1, 0, 0, 0), whole);
        checkpoint(whole.usages().toCheckpoint(), whole);
        at += 31 * Periods.DAY_MILLIS;
        use("recent");
        checkpoint(whole.usages().toCheckpoint(), whole);
        assertThat(whole.usage()).hasSize(UsageFold.USERS_KEPT + 2);
        at += 31 * Periods.DAY_MILLIS;
        LedgerFold late = new LedgerFold();
        checkpoint(whole.usages().toCheckpoint(), whole, late);

        assertThat(whole.usage()).extracting(OfUser::user).containsExactly("open", "recent");
        assertThat(late.usage()).isEqualTo(whole.usage());
        assertThat(whole.violations() + late.violations()).isZero();
    }

    @Test
    void aSessionThatOutlivesThousandsStillCountsForItsUser() {
        long before = open("other", 0, whole);
        long id = open("anna", 0, whole);
        long nobody = open("", 0, whole);
        close(before, counts(0, 0, 0, 0), whole);
        for (int i = 0; i < 5_000; i++) { // the table of rows is written anew
            use("bob");
        }
        move(id, counts(3, 0, 0, 0), whole);
        move(nobody, counts(5, 0, 0, 0), whole);

        assertThat(whole.usage())
                .containsExactly(
                        new OfUser("anna", List.of(new Sum(DAY, 3, 0)), List.of(new Sum(MONTH, 3, 0))),
                        new OfUser("bob", List.of(new Sum(DAY, 5_000, 0)), List.of(new Sum(MONTH, 5_000, 0))));
        assertThat(whole.violations()).isZero();
    }

    private void use(String user) {
        long id = open(user, 0, whole);
        move(id, counts(1, 0, 0, 0), whole);
        close(id, counts(1, 0, 0, 0), whole);
    }

    private static List<CheckpointUsage> usage(long since, OfUser... users) {
        return List.of(new CheckpointUsage(since, List.of(users)));
    }

    private void checkpoint(List<CheckpointUsage> usage, LedgerFold... folds) {
        checkpoint(1, usage, folds);
    }

    private void checkpoint(long boot, List<CheckpointUsage> usage, LedgerFold... folds) {
        long below = folds[0].idsReservedBelow();
        long begun = sequence + 1;
        List<ConnectionInfo> open = new ArrayList<>();
        folds[0].forEachOpen(open::add);
        send(
                new CheckpointBegun(
                        boot,
                        below,
                        folds[0].sessionsOpened(),
                        folds[0].violationsRecorded(),
                        folds[0].totals(),
                        open.size()),
                folds);
        usage.forEach(part -> send(part, folds));
        for (ConnectionInfo info : open) {
            send(
                    new LedgerEvent.CheckpointSession(
                            opened(info.id(), info.user(), info.parentId()),
                            info.openedAtMillis(),
                            info.originAddress(),
                            info.counts()),
                    folds);
        }
        send(new CheckpointEnded(begun), folds);
    }

    private long open(String user, long parent, LedgerFold... folds) {
        send(opened(++lastId, user, parent), folds);
        return lastId;
    }

    private static SessionOpened opened(long id, String user, long parent) {
        return new SessionOpened(
                id, parent, SessionProtocol.HTTP, "GET", "a.example", "http://a.example/", "192.0.2.1:5", user);
    }

    private void move(long id, Counts delta, LedgerFold... folds) {
        sequence++;
        for (LedgerFold fold : folds) {
            fold.transferred(sequence, at, id, delta);
        }
    }

    private void close(long id, Counts totals, LedgerFold... folds) {
        send(new SessionClosed(id, CloseReason.COMPLETED, 200, totals.toTally()), folds);
    }

    private static Counts counts(long up, long down, long overheadUp, long overheadDown) {
        Counts counts = new Counts();
        counts.set(up, down, overheadUp, overheadDown, 0, 0);
        return counts;
    }

    private void send(LedgerEvent event, LedgerFold... folds) {
        sequence++;
        for (LedgerFold fold : folds) {
            fold.event(sequence, at, event);
        }
    }
}
