package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Entry;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {
    private static final long HOUR = 3_600_000;

    @TempDir
    Path data;

    private static Tally tally(Map<String, Object> object) {
        return new Tally(
                JsonObjects.number(object, "up"),
                JsonObjects.number(object, "down"),
                JsonObjects.number(object, "overheadUp"),
                JsonObjects.number(object, "overheadDown"),
                JsonObjects.number(object, "originUp"),
                JsonObjects.number(object, "originDown"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Map<String, Object> parent, String name) {
        return (Map<String, Object>) JsonObjects.field(parent, name);
    }

    private static Map<String, Object> statement(Run run) {
        return object(run.json(), "statement");
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> groups(Map<String, Object> statement) {
        return (List<Map<String, Object>>) JsonObjects.field(statement, "groups");
    }

    private static Tally sumOfGroups(Map<String, Object> statement) {
        return groups(statement).stream()
                .map(StatementTest::tally)
                .reduce(Tally.ZERO, Tally::plus)
                .plus(tally(object(statement, "rest")));
    }

    /** What the deltas of root sessions add up to that are wanted. */
    private static Tally sumOf(List<Entry> entries, Predicate<Entry> isWanted) {
        Set<Long> roots = entries.stream()
                .filter(each -> each.event() instanceof SessionOpened opened && opened.isRoot())
                .map(each -> ((SessionOpened) each.event()).sessionId())
                .collect(Collectors.toSet());
        Tally sum = Tally.ZERO;
        for (Entry entry : entries) {
            if (entry.event() instanceof BytesTransferred moved
                    && roots.contains(moved.sessionId())
                    && isWanted.test(entry)) {
                sum = sum.plus(moved.delta());
            }
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(
            value = Grouping.class,
            names = {"ALL"},
            mode = EnumSource.Mode.EXCLUDE)
    void theGroupsOfAnyKindAddUpToTheTotals(Grouping grouping) {
        List<Entry> entries =
                SeededJournal.write(data, RandomDays.steps(grouping.name().length(), 2_500, true));

        Run run = Run.of(data, "audit", "--json", "--by", grouping.toString());
        Run top = Run.of(data, "audit", "--json", "--by", grouping.toString(), "--top", "2");

        Tally totals = sumOf(entries, each -> true);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(tally(object(run.json(), "totals"))).isEqualTo(totals);
        assertThat(tally(object(statement(run), "sum"))).isEqualTo(totals);
        assertThat(sumOfGroups(statement(run))).isEqualTo(totals);
        assertThat(groups(statement(top))).hasSizeLessThanOrEqualTo(2);
        assertThat(sumOfGroups(statement(top))).isEqualTo(totals);
        long refusals = entries.stream()
                .filter(each -> each.event() instanceof ConnectionRefused)
                .count();
        long roots = entries.stream()
                .filter(each -> each.event() instanceof SessionOpened opened && opened.isRoot())
                .count();
        assertThat(object(statement(run), "sum"))
                .containsEntry("refused", refusals)
                .containsEntry("sessions", roots)
                .containsEntry("opened", roots);
        assertThat(statement(run))
                .containsEntry("starts", starts(entries))
                .containsEntry("crashes", starts(entries) - 1);
    }

    private static long starts(List<Entry> entries) {
        return entries.stream()
                .filter(each -> each.event() instanceof NodeStarted)
                .count();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {11, 12})
    void hoursHoldTheDeltasOfTheirTime(long seed) {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 2_500, true));

        Map<String, Object> statement = statement(Run.of(data, "audit", "--json", "--by", "hour"));

        assertThat(groups(statement))
                .hasSizeGreaterThan(3)
                .isSortedAccordingTo((a, b) -> JsonObjects.field(a, "key")
                        .toString()
                        .compareTo(JsonObjects.field(b, "key").toString()));
        for (Map<String, Object> hour : groups(statement)) {
            String key = JsonObjects.field(hour, "key").toString();
            assertThat(key).matches("2027-01-\\d\\dT\\d\\d:00Z");
            assertThat(tally(hour))
                    .isEqualTo(sumOf(
                            entries,
                            each -> Figures.time(each.atMillis())
                                    .startsWith(key.substring(0, "2027-01-15T08".length()))));
        }
    }

    @ParameterizedTest
    @CsvSource({"21,session", "22,host", "23,client", "24,user", "25,protocol", "26,day"})
    void timesThatMeetHaveEachByteOnce(long seed, String by) {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(seed, 2_000, true));
        long end = entries.get(entries.size() - 1).atMillis() + HOUR;

        Tally sum = Tally.ZERO;
        for (long from = TestLedger.BEGIN_MILLIS; from < end; from += 3 * HOUR) {
            long begin = from;
            Run run = Run.of(
                    data,
                    "audit",
                    "--json",
                    "--by",
                    by,
                    "--from",
                    Figures.time(from),
                    "--to",
                    Figures.time(from + 3 * HOUR));
            Tally part = tally(object(statement(run), "sum"));
            assertThat(sumOfGroups(statement(run))).isEqualTo(part);
            assertThat(part)
                    .isEqualTo(sumOf(entries, each -> each.atMillis() >= begin && each.atMillis() < begin + 3 * HOUR));
            sum = sum.plus(part);
        }

        assertThat(sum).isEqualTo(sumOf(entries, each -> true));
    }

    @Test
    void aFilterAndWhatItLeavesOutAreAll() {
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(31, 2_000, false));
        Map<Long, SessionProtocol> protocols = new HashMap<>();
        for (Entry entry : entries) {
            if (entry.event() instanceof SessionOpened opened) {
                protocols.put(opened.sessionId(), opened.protocol());
            } else if (entry.event() instanceof ProtocolDetected detected) {
                protocols.put(detected.sessionId(), detected.protocol());
            }
        }

        Tally sum = Tally.ZERO;
        for (SessionProtocol protocol : SessionProtocol.values()) {
            Run run = Run.of(data, "audit", "--json", "--protocol", protocol.label());
            Tally part = tally(object(statement(run), "sum"));
            assertThat(part)
                    .isEqualTo(sumOf(
                            entries, each -> protocols.get(((BytesTransferred) each.event()).sessionId()) == protocol));
            sum = sum.plus(part);
        }

        assertThat(sum).isEqualTo(sumOf(entries, each -> true));
    }

    @Test
    void whatWasReceivedAndNotDeliveredIsToldOfTunnels() {
        try (TestLedger ledger = TestLedger.open(data)) {
            var tunnel = ledger.tunnel("a.example:443");
            tunnel.up(1_000);
            tunnel.originUp(900);
            tunnel.originDown(5_000);
            tunnel.down(4_200);
            ledger.get("b.example", "http://b.example/").up(77);
        }

        List<Map<String, Object>> groups = groups(statement(Run.of(data, "audit", "--json", "--by", "host")));

        assertThat(groups.get(0))
                .containsEntry("key", "a.example:443")
                .containsEntry("undeliveredUp", 100L)
                .containsEntry("undeliveredDown", 800L);
        assertThat(groups.get(1)).containsEntry("key", "b.example").containsEntry("undeliveredUp", null);
    }

    @Test
    void manyGroupsAreHeldInBoundsAndTheSumStaysExact() {
        LedgerFold fold = new LedgerFold();
        Statement statement =
                new Statement(fold, Grouping.HOST, EventRange.ALL, new Subject.Filtered(SessionFilter.ALL), 8);
        List<Entry> entries = SeededJournal.write(data, RandomDays.steps(41, 3_000, false));
        for (Entry entry : entries) {
            if (entry.event() instanceof BytesTransferred moved) {
                statement.transferred(
                        entry.sequence(), entry.atMillis(), moved.sessionId(), StateCommandTest.counts(moved.delta()));
                fold.transferred(
                        entry.sequence(), entry.atMillis(), moved.sessionId(), StateCommandTest.counts(moved.delta()));
            } else {
                statement.event(entry.sequence(), entry.atMillis(), entry.event());
                fold.event(entry.sequence(), entry.atMillis(), entry.event());
            }
        }
        statement.end(8);

        Tally sum = statement.groups().stream()
                .map(Group::counts)
                .reduce(statement.rest().counts(), Tally::plus);
        assertThat(statement.groups()).hasSizeLessThanOrEqualTo(8).anyMatch(Group::isAtLeast);
        assertThat(statement.merged()).isGreaterThan(8);
        assertThat(sum).isEqualTo(fold.totals()).isEqualTo(statement.sum().counts());
    }

    @Test
    void hostileNamesStayInertOnTheTerminalAndInSpreadsheets() {
        SeededJournal.write(data, RandomDays.steps(51, 1_500, true));

        Run table = Run.of(data, "audit", "--by", "host");
        Run csv = Run.of(data, "audit", "--by", "host", "--csv");
        Run sessions = Run.of(data, "audit", "--by", "session", "--csv");

        assertThat(table.out() + csv.out() + sessions.out()).doesNotContain("\u001B", "\u202E");
        assertThat(table.out()).contains("=cmd|'/c'!A1\\u{1B}[2J\\u{202E}");
        assertThat(csv.out()).contains("group,\"'=cmd|'/c'!A1\\u{1B}[2J\\u{202E},\"\"x\"\".example\"");
        assertThat(sessions.out().lines()).allMatch(line -> line.matches("(row|group|rest|sum),.*"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+1", "-1", "@x", "\uFF1D1"})
    void aCellIsNeverAFormula(String text) {
        assertThat(new Csv().text(text).row()).isEqualTo("'" + text + "\n");
        assertThat(new Csv().text("a" + text).row()).isEqualTo("a" + text + "\n");
        assertThat(new Csv().text("\t=1").row()).isEqualTo("\\u{9}=1\n");
        assertThat(new Csv().text("a;=1").number(-1).none().row()).isEqualTo("\"a;=1\",-1,\n");
    }

    @Test
    void whatCanNotBeAskedIsWrongUsage() {
        SeededJournal.write(data, RandomDays.steps(61, 50, false));

        assertThat(Run.of(data, "audit", "--by", "colour").err()).contains("session, client, user, host");
        assertThat(Run.of(data, "audit", "--by", "host", "--sessions").status()).isEqualTo(64);
        assertThat(Run.of(data, "audit", "--from", "-1h", "--to", "-2h").status())
                .isEqualTo(64);
        assertThat(Run.of(data, "audit", "--from", "monday").status()).isEqualTo(64);
        assertThat(Run.of(data, "audit", "--protocol", "FTP").status()).isEqualTo(64);
        assertThat(Run.of(data, "audit", "--from", "-1h").status()).isZero();
    }
}
