package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.aggregator.UsageReport.Use;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fold counts of single users, and of how many. */
class UserSeriesTest {
    private static final long AT = Instant.parse("2026-11-26T12:00:00Z").toEpochMilli();

    private final LedgerFold fold = new LedgerFold();
    private long sequence;
    private long lastId;

    UserSeriesTest() {
        send(new NodeStarted("node", 1, "test", 1, 1L << 40));
    }

    private void send(LedgerEvent event) {
        fold.event(++sequence, AT, event);
    }

    private long open(String user, long parent) {
        long id = ++lastId;
        send(new SessionOpened(id, parent, SessionProtocol.HTTP, "GET", "a", "http://a/", "192.0.2.1:1", user));
        return id;
    }

    private void move(long id, long up, long down, long overheadUp, long overheadDown) {
        Counts delta = new Counts();
        delta.set(up, down, overheadUp, overheadDown, 7, 7);
        fold.transferred(++sequence, AT, id, delta);
    }

    private void close(long id) {
        send(new SessionClosed(
                id,
                CloseReason.COMPLETED,
                200,
                Objects.requireNonNull(fold.findOpen(id)).counts()));
    }

    private Map<String, UserFigures> figures() {
        Map<String, UserFigures> found = new HashMap<>();
        UsageReport.ofFigures(fold, QuotaPolicy.NONE, AT)
                .users()
                .forEach(each -> found.put(each.user(), Objects.requireNonNull(each.figures())));
        return found;
    }

    @Test
    void rootSessionsCountWithTheirOverheadAndExchangesInATunnelDoNot() {
        long root = open("anna", 0);
        long child = open("anna", root);
        long other = open("anna", 0);
        long nobody = open("", 0);
        move(root, 1, 20, 300, 4_000);
        move(child, 9, 9, 9, 9);
        move(nobody, 9, 9, 9, 9);
        send(new ConnectionRefused(other, "192.0.2.1:1", "a", "rule ads"));
        send(new ConnectionRefused(nobody, "192.0.2.1:1", "a", "rule ads"));
        send(new ConnectionRefused(0, "192.0.2.1:1", "a", "no room"));
        close(other);

        assertThat(figures()).containsOnly(Map.entry("anna", new UserFigures("anna", 301, 4_020, 2, 1, 1)));
        assertThat(fold.violations()).isZero();
    }

    @Test
    void whatIsRefusedInsideATunnelWasRefusedToItsUser() {
        long root = open("anna", 0);
        long child = open("anna", root);
        send(new ConnectionRefused(child, "192.0.2.1:1", "a", "rule ads"));
        close(child);

        assertThat(figures()).containsOnly(Map.entry("anna", new UserFigures("anna", 0, 0, 1, 1, 1)));
        assertThat(fold.violations()).isZero();
    }

    @Test
    void quotasStandBesideThemAndAUserWhoIsNamedAsTheOthersAreIsOneOfThem() {
        move(open("anna", 0), 30, 0, 0, 0);
        move(open("other", 0), 5, 0, 0, 0);
        var policy = new QuotaPolicy(new Quota(100, 0), Map.of());

        assertThat(UsageReport.ofFigures(fold, policy, AT).users())
                .containsExactly(
                        new UsageReport.User(
                                "anna",
                                new Use(30, 100, false),
                                new Use(30, 0, false),
                                new UserFigures("anna", 30, 0, 1, 1, 0)),
                        new UsageReport.User(
                                "other",
                                new Use(0, 0, false),
                                new Use(0, 0, false),
                                new UserFigures("other", 5, 0, 1, 1, 0)));
    }

    @Test
    void countingBeginsAnewWhileWhatIsUsedStays() {
        long id = open("anna", 0);
        move(id, 30, 0, 0, 0);
        close(id);
        fold.usages().beginCounts();
        assertThat(figures()).isEmpty();
        move(open("anna", 0), 4, 0, 0, 0);

        assertThat(figures().values()).containsExactly(new UserFigures("anna", 4, 0, 1, 1, 0));
        assertThat(fold.usage().get(0).days().get(0).bytes()).isEqualTo(34);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void howeverManyUsersComeAndGoNoFigureFallsNoneIsMissingAndThereAreNotTooMany(long seed) {
        var random = new Random(seed);
        Map<String, UserFigures> before = Map.of();
        List<Long> open = new ArrayList<>();
        long moved = 0;
        for (int round = 0; round < 4_000; round++) {
            long id = open("user" + random.nextInt(600), 0);
            int up = random.nextInt(1_000);
            move(id, up, 0, 0, 0);
            moved += up;
            open.add(id);
            if (random.nextInt(3) > 0) {
                close(open.remove(random.nextInt(open.size())));
            }
            if (round % 500 == 499) {
                Map<String, UserFigures> now = figures();
                assertThat(now).as("seed %d", seed).hasSizeLessThanOrEqualTo(UserSeries.NAMED_MAX + 1);
                before.forEach((user, each) -> {
                    UserFigures later = Objects.requireNonNull(now.get(user));
                    assertThat(later.up()).isGreaterThanOrEqualTo(each.up());
                    assertThat(later.sessionsOpened()).isGreaterThanOrEqualTo(each.sessionsOpened());
                });
                before = now;
            }
        }

        assertThat(before.values().stream().mapToLong(UserFigures::up).sum())
                .as("seed %d", seed)
                .isEqualTo(moved)
                .isEqualTo(fold.totals().up());
        assertThat(before.values().stream()
                        .mapToLong(UserFigures::sessionsOpened)
                        .sum())
                .isEqualTo(4_000);
        assertThat(before.values().stream().mapToInt(UserFigures::sessionsOpen).sum())
                .isEqualTo(open.size());
    }
}
