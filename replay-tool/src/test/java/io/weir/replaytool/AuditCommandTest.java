package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditCommandTest {
    private static final List<String> ROW_KEYS = List.of(
            "id",
            "parentId",
            "protocol",
            "method",
            "host",
            "url",
            "remote",
            "user",
            "openedAt",
            "closedAt",
            "reason",
            "up",
            "down",
            "overheadUp",
            "overheadDown",
            "originUp",
            "originDown");

    @TempDir
    Path data;

    /** Three root sessions and a child; totals up 1,111, down 2,222,222. */
    private void writeThreeRootsAndAChild() {
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter tunnel = ledger.tunnel("a.example:443");
            tunnel.overheadUp(50);
            tunnel.overheadDown(39);
            tunnel.originConnected("198.51.100.1:443");
            tunnel.up(1_000);
            tunnel.originUp(1_000);
            ledger.settle();
            tunnel.originDown(2_000_000);
            tunnel.down(2_000_000);
            SessionMeter child = ledger.child(tunnel, "https://in.example/");
            child.up(700);
            child.close(CloseReason.COMPLETED, 200);
            ledger.settle();
            SessionMeter get = ledger.get("b.example", "http://b.example/x");
            get.up(111);
            get.down(222_000);
            get.close(CloseReason.CLIENT_RESET, 200);
            SessionMeter refused = ledger.get("c.example", "http://c.example/");
            refused.down(222);
            refused.close(CloseReason.DENIED, 403);
            tunnel.close(CloseReason.COMPLETED, 200);
        }
    }

    @Test
    void provesAJournalThatIsWhole() {
        writeThreeRootsAndAChild();

        Run audit = Run.of(data, "audit", "--json");

        assertThat(audit.err()).isEmpty();
        assertThat(audit.status()).isZero();
        Map<String, Object> json = audit.json();
        assertThat(json.keySet())
                .containsExactlyInAnyOrder("verdict", "sequence", "sessions", "open", "totals", "violations", "gaps");
        assertThat(json)
                .containsEntry("verdict", "ok")
                .containsEntry("sessions", 4L)
                .containsEntry("open", 0L);
        assertThat(json.get("totals"))
                .isEqualTo(Map.of(
                        "up", 1_111L,
                        "down", 2_222_222L,
                        "overheadUp", 50L,
                        "overheadDown", 39L,
                        "originUp", 1_000L,
                        "originDown", 2_000_000L));
        assertThat(json.get("violations")).isEqualTo(List.of());
        assertThat(json.get("gaps")).isEqualTo(List.of());
    }

    @Test
    void listsEachSessionWithExactlyTheSpecifiedFields() {
        writeThreeRootsAndAChild();

        Run audit = Run.of(data, "audit", "--json", "--sessions");

        List<Map<String, Object>> rows = audit.jsonList("rows");
        assertThat(rows).hasSize(4).allSatisfy(row -> assertThat(row.keySet()).containsExactlyElementsOf(ROW_KEYS));
        Map<String, Object> tunnel = rows.get(3);
        assertThat(tunnel)
                .containsEntry("protocol", "HTTPS-Tunnel")
                .containsEntry("method", "TUNNEL")
                .containsEntry("host", "a.example:443")
                .containsEntry("remote", "192.0.2.7:4711")
                .containsEntry("user", "alice")
                .containsEntry("reason", "COMPLETED")
                .containsEntry("openedAt", "2027-01-15T08:00:00.001Z")
                .containsEntry("up", 1_000L)
                .containsEntry("overheadDown", 39L);
        assertThat(tunnel.get("parentId")).isEqualTo(tunnel.get("id"));
        assertThat((String) tunnel.get("closedAt")).matches("2027-01-15T08:00:00\\.\\d{3}Z");
        assertThat(rows.get(0)).containsEntry("parentId", tunnel.get("id")).containsEntry("up", 700L);
    }

    @Test
    void sumsOfRootRowsAreTheTotals() {
        writeThreeRootsAndAChild();

        Run audit = Run.of(data, "audit", "--json", "--sessions");

        long down = audit.jsonList("rows").stream()
                .filter(AuditCommandTest::isRoot)
                .mapToLong(row -> JsonObjects.number(row, "down"))
                .sum();
        assertThat(down).isEqualTo(2_222_222L);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void exchangesInTunnelsNeverAddToTheTotals(long seed) {
        Random random = new Random(seed);
        long up = 0;
        try (TestLedger ledger = TestLedger.open(data)) {
            List<SessionMeter> tunnels = new ArrayList<>();
            Map<SessionMeter, SessionMeter> exchanges = new LinkedHashMap<>(); // to their tunnels
            for (int i = 0; i < 5; i++) {
                SessionMeter tunnel = ledger.tunnel("a.example:443");
                tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
                tunnels.add(tunnel);
            }
            for (int i = 0; i < 200; i++) {
                SessionMeter tunnel = tunnels.get(random.nextInt(tunnels.size()));
                int bytes = random.nextInt(10_000);
                up += bytes;
                tunnel.up(bytes);
                SessionMeter exchange = ledger.child(tunnel, "https://in.example/");
                exchange.up(random.nextInt(100_000));
                exchanges.put(exchange, tunnel);
                if (random.nextInt(20) == 0) {
                    ledger.settle();
                }
            }
            List<SessionMeter> closing = new ArrayList<>(exchanges.keySet());
            Collections.shuffle(closing, random);
            for (SessionMeter exchange : closing) {
                SessionMeter tunnel = Objects.requireNonNull(exchanges.get(exchange));
                exchange.exchangeCompleted(TestLedger.exchange(exchange, tunnel));
                exchange.close(CloseReason.COMPLETED, 200);
            }
            Collections.shuffle(tunnels, random);
            tunnels.subList(1, 5).forEach(tunnel -> tunnel.close(CloseReason.COMPLETED, 0)); // one is open at the stop
        }

        Run audit = Run.of(data, "audit", "--json", "--sessions");

        assertThat(audit.status()).isZero();
        assertThat(audit.json()).containsEntry("verdict", "ok").containsEntry("sessions", 205L);
        assertThat(audit.jsonList("rows").stream()
                        .filter(AuditCommandTest::isRoot)
                        .mapToLong(row -> JsonObjects.number(row, "up"))
                        .sum())
                .isEqualTo(up);
        assertThat(audit.jsonList("rows").stream().filter(AuditCommandTest::isRoot))
                .hasSize(5)
                .allSatisfy(row -> assertThat(row)
                        .containsEntry("protocol", "HTTPS-MITM")
                        .containsEntry("method", "CONNECT")
                        .containsEntry("parentId", 0L));
    }

    private static boolean isRoot(Map<String, Object> row) {
        long parentId = JsonObjects.number(row, "parentId");
        return parentId == 0 || parentId == JsonObjects.number(row, "id");
    }

    @Test
    void auditsAJournalThatIsBeingWritten() {
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter open = ledger.tunnel("a.example:443");
            open.up(12);
            SessionMeter closed = ledger.get("b.example", "http://b.example/");
            closed.down(30);
            closed.close(CloseReason.COMPLETED, 200);
            ledger.settle();

            Run json = Run.of(data, "audit", "--json", "--sessions");
            Run text = Run.of(data, "audit");

            assertThat(json.status()).isZero();
            assertThat(json.json()).containsEntry("open", 1L).containsEntry("sessions", 2L);
            Map<String, Object> row = json.jsonList("rows").get(1);
            assertThat(row).containsEntry("id", open.id()).containsEntry("up", 12L);
            assertThat(row.keySet()).containsExactlyElementsOf(ROW_KEYS);
            assertThat(row.get("closedAt")).isNull();
            assertThat(row.get("reason")).isNull();
            assertThat(text.out()).contains("live or crashed: 1 session open").endsWith("verdict: ok\n");
        }
    }

    @Test
    void namesTheSessionWhoseCloseDoesNotAddUp() {
        long id;
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter wrong = ledger.tunnel("a.example:443");
            id = wrong.id();
            wrong.down(5);
            ledger.settle();
            wrong.total().set(0, 6, 0, 0, 0, 0); // a byte that was never published
            wrong.close(CloseReason.COMPLETED, 200);
        }

        Run json = Run.of(data, "audit", "--json");
        Run text = Run.of(data, "audit");

        assertThat(json.status()).isEqualTo(1);
        assertThat(json.json()).containsEntry("verdict", "violated");
        assertThat(json.jsonList("violations")).hasSize(1);
        Map<String, Object> violation = json.jsonList("violations").get(0);
        assertThat(violation.keySet())
                .containsExactly("kind", "what", "sequence", "sessionId", "file", "offset", "expected", "found");
        assertThat(violation)
                .containsEntry("kind", "CONSERVATION")
                .containsEntry("sessionId", id)
                .containsEntry("file", CycleFileEditor.of(data).name());
        assertThat(CycleFileEditor.of(data).records()).contains((int) JsonObjects.number(violation, "offset"));
        assertThat(text.status()).isEqualTo(1);
        assertThat(text.out())
                .contains("session " + id + ": totals at close are not the sum of the deltas")
                .contains("down=6", "down=5")
                .endsWith("verdict: violated\n");
    }

    @Test
    void reportsAGapThatLostNothingAndKeepsTheVerdict() {
        try (TestLedger ledger = TestLedger.open(data)) {
            ledger.publish(new JournalGap(
                    TestLedger.BEGIN_MILLIS,
                    TestLedger.BEGIN_MILLIS + 1_000,
                    "disk full",
                    new Tally(1, 2, 0, 0, 0, 0)));
        }

        Run json = Run.of(data, "audit", "--json");

        assertThat(json.status()).isZero();
        assertThat(json.jsonList("gaps")).hasSize(1);
        Map<String, Object> gap = json.jsonList("gaps").get(0);
        assertThat(gap.keySet()).containsExactly("sequence", "from", "to", "cause", "carried");
        assertThat(gap).containsEntry("cause", "disk full").containsEntry("from", "2027-01-15T08:00:00.000Z");
        assertThat(Run.of(data, "audit").out()).contains("disk full").endsWith("verdict: ok\n");
    }

    @Test
    void printsTheSameTwice() {
        writeThreeRootsAndAChild();

        for (String[] arguments : List.of(
                new String[] {"audit", "--json", "--sessions"},
                new String[] {"audit", "--sessions"},
                new String[] {"audit", "--top", "2"},
                new String[] {"journal", "cat"},
                new String[] {"journal", "info"})) {
            assertThat(Run.of(data, arguments)).isEqualTo(Run.of(data, arguments));
        }
    }

    @Test
    void printsTotalsExactlyAndForPeople() {
        writeThreeRootsAndAChild();

        Run text = Run.of(data, "audit");

        assertThat(text.out())
                .containsPattern("down +2,222,222 bytes +2\\.1 MiB")
                .containsPattern("origin up +1,000 bytes +1000 B")
                .containsPattern("COMPLETED +2\\b")
                .containsPattern("CLIENT_RESET +1\\b")
                .contains("4 opened, 0 open")
                .contains("1 boot here, latest 1")
                .endsWith("verdict: ok\n");
    }

    @Test
    void showsTheSessionsThatMovedMostLargestFirst() {
        writeThreeRootsAndAChild();

        Run json = Run.of(data, "audit", "--json", "--top", "2");
        Run text = Run.of(data, "audit", "--top", "2");

        assertThat(json.jsonList("rows"))
                .extracting(row -> row.get("host"))
                .containsExactly("a.example:443", "b.example");
        assertThat(text.out().lines().limit(3))
                .satisfiesExactly(
                        head -> assertThat(head).contains("REMOTE USER HOST URL"),
                        first -> assertThat(first).contains("2000000").contains("a.example:443"),
                        second -> assertThat(second).contains("222000").contains("b.example"));
    }

    @Test
    void showsOneSessionWithWhenItsBytesMoved() {
        writeThreeRootsAndAChild();
        long id = JsonObjects.number(
                Run.of(data, "audit", "--json", "--top", "1").jsonList("rows").get(0), "id");

        Run text = Run.of(data, "audit", "--session", String.valueOf(id));
        Run json = Run.of(data, "audit", "--json", "--session", String.valueOf(id));

        assertThat(text.status()).isZero();
        assertThat(text.out())
                .contains("up +1,000  overhead up +50  overhead down +39  origin up +1,000  (sum: up 1,000 down 0)")
                .contains("  down +2,000,000", "  origin down +2,000,000", "(sum: up 1,000 down 2,000,000)")
                .contains("198.51.100.1:443")
                .contains("192.0.2.7:4711 as alice")
                .contains("COMPLETED");
        assertThat(json.jsonList("rows"))
                .singleElement()
                .satisfies(row -> assertThat(row).containsEntry("id", id));
    }

    @Test
    void saysThatASessionIsNotThere() {
        writeThreeRootsAndAChild();

        Run text = Run.of(data, "audit", "--session", "999999999");

        assertThat(text.status()).isZero();
        assertThat(text.err()).contains("session 999999999 is not in this journal");
    }

    @Test
    void nothingFromTheWireReachesTheTerminalRaw() {
        String evil = "\u001b]0;owned\u0007\u202Eevil\r\n\u009b31m<img src=x>\u0000";
        long id;
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter meter =
                    ledger.open(4_000_000, 0, SessionProtocol.HTTP, "G\u001bT", evil, "http://x/" + evil, "us\u202Eer");
            id = meter.id();
            meter.originConnected(evil);
            meter.up(1);
            meter.close(CloseReason.COMPLETED, 200);
            ledger.publish(new JournalGap(1, 2, evil, Tally.ZERO));
        }

        List<Run> runs = List.of(
                Run.of(data, "audit", "--sessions"),
                Run.of(data, "audit", "--session", String.valueOf(id)),
                Run.of(data, "audit", "--json", "--sessions"),
                Run.of(data, "journal", "cat"),
                Run.of(data, "journal", "info"));

        assertThat(runs).allSatisfy(run -> {
            assertThat(run.status()).isZero();
            assertThat(run.out().chars()).allMatch(c -> c == '\n' || (c >= ' ' && c <= '~'));
        });
        assertThat(runs.get(2).jsonList("rows"))
                .anySatisfy(row -> assertThat(row).containsEntry("host", evil));
    }

    @Test
    void aCopyOfTheJournalAloneWillDo() throws IOException {
        writeThreeRootsAndAChild();
        Path copy = Files.createDirectory(data.resolve("copy"));
        Path file = CycleFileEditor.of(data).file();
        Files.copy(file, copy.resolve(file.getFileName()));

        assertThat(Run.of(copy, "audit").status()).isZero();
    }

    @Test
    void refusesAFolderThatIsNotThere() {
        Run audit = Run.of(data.resolve("nowhere"), "audit", "--json");

        assertThat(audit.status()).isEqualTo(2);
        assertThat(audit.out()).isEmpty();
        assertThat(audit.err()).contains("no such folder").contains("--data");
    }

    @Test
    void refusesAnEmptyFolder() throws IOException {
        Files.createDirectories(TestLedger.journal(data));

        Run audit = Run.of(data, "audit");

        assertThat(audit.status()).isEqualTo(2);
        assertThat(audit.out()).isEmpty();
        assertThat(audit.err()).contains("holds no journal");
    }

    @Test
    void refusesAJournalWithoutAnEvent() throws IOException {
        Files.createDirectories(TestLedger.journal(data));
        Files.createFile(TestLedger.journal(data).resolve("20270115-08F.cq4"));

        for (String[] arguments : List.of(new String[] {"audit"}, new String[] {"audit", "--json", "--sessions"})) {
            Run audit = Run.of(data, arguments);

            assertThat(audit.status()).isEqualTo(2);
            assertThat(audit.out()).isEmpty();
            assertThat(audit.err()).contains("holds no event");
        }
    }

    @Test
    void saysWhatCanNotBeRead() throws IOException {
        writeThreeRootsAndAChild();
        Files.createDirectory(TestLedger.journal(data).resolve("20990101-00F.cq4")); // reading it is an I/O error

        Run audit = Run.of(data, "audit", "--json");

        assertThat(audit.status()).isEqualTo(2);
        assertThat(audit.err()).contains("can't be read").contains("20990101-00F.cq4");
        assertThat(audit.json()).containsEntry("verdict", "violated");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"--nonsense", "--top=0", "--top=x", "--session=-1", "--session=", "--sessions --top=1", "more"})
    void refusesWhatItDoesNotUnderstand(String arguments) {
        writeThreeRootsAndAChild();
        List<String> all = new ArrayList<>(List.of("audit"));
        all.addAll(List.of(arguments.split(" ", -1)));

        Run audit = Run.of(data, all.toArray(String[]::new));

        assertThat(audit.status()).isEqualTo(64);
        assertThat(audit.out()).isEmpty();
        assertThat(audit.err()).contains("Usage: weir audit");
    }

    @Test
    void progressStaysOffTheStandardOutput() {
        writeThreeRootsAndAChild();

        Run audit = Run.of(data, "audit", "--json", "--progress");

        assertThat(audit.json()).containsEntry("verdict", "ok");
    }

    @Test
    void theVerdictOutlivesItsReader() {
        writeThreeRootsAndAChild();
        CycleFileEditor file = CycleFileEditor.of(data);
        file.drop(file.records().get(2));

        int status = Run.execute(
                new PrintWriter(new BrokenPipe()), new PrintWriter(Writer.nullWriter()), data, "audit", "--sessions");

        assertThat(status).isEqualTo(1);
    }

    /** What a pipe does when its reader has gone. */
    static final class BrokenPipe extends Writer {
        int writes;

        @Override
        public void write(char[] chars, int offset, int length) throws IOException {
            writes++;
            throw new IOException("Broken pipe");
        }

        @Override
        public void flush() throws IOException {
            throw new IOException("Broken pipe");
        }

        @Override
        public void close() {}
    }
}
