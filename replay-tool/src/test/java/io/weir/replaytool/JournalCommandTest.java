package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.InterceptionBypassed;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JournalCommandTest {
    @TempDir
    Path data;

    private long writeJournal() {
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter first = ledger.tunnel("a.example:443");
            first.originConnected("198.51.100.1:443");
            first.up(10);
            first.originUp(10);
            ledger.settle();
            first.down(20);
            ledger.get("b.example", "http://b.example/ü").close(CloseReason.CONNECT_FAILED, 502);
            ledger.publish(new ConnectionRefused(0, "192.0.2.9:1", "evil.example:25", "port not allowed"));
            ledger.publish(new CommandReceived("closeConnection", first.id(), "admin"));
            ledger.publish(new ConfigChanged(1, "00ff", "defaults"));
            first.close(CloseReason.CLOSED_BY_COMMAND, 200);
            return first.id();
        }
    }

    private List<Map<String, Object>> cat(String... options) {
        List<String> arguments = new ArrayList<>(List.of("journal", "cat"));
        arguments.addAll(List.of(options));
        Run run = Run.of(data, arguments.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        return JsonObjects.parse(run.out());
    }

    @Test
    void catPrintsEveryEventOfTheJournalInOrder() {
        writeJournal();
        List<String> read = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data))) {
            reader.read(new Names(read), ReadProgress.NONE);
        }

        List<Map<String, Object>> printed = cat();

        assertThat(printed)
                .extracting(event -> event.get("sequence") + " " + event.get("time") + " " + event.get("kind"))
                .isEqualTo(read);
    }

    @Test
    void catPrintsTheFieldsOfEachKind() {
        long id = writeJournal();

        List<Map<String, Object>> printed = cat();

        assertThat(only(printed, "NodeStarted"))
                .containsEntry("boot", 1L)
                .containsEntry("version", "1.2.3")
                .containsKeys("nodeId", "firstSessionId", "idsReservedBelow");
        assertThat(only(printed, "ConnectionRefused"))
                .containsEntry("target", "evil.example:25")
                .containsEntry("reason", "port not allowed");
        assertThat(only(printed, "OriginConnected"))
                .containsEntry("sessionId", id)
                .containsEntry("address", "198.51.100.1:443");
        assertThat(printed)
                .anySatisfy(event -> assertThat(event)
                        .containsEntry("kind", "SessionOpened")
                        .containsEntry("url", "http://b.example/ü")
                        .containsEntry("protocol", "HTTP"));
        assertThat(printed)
                .anySatisfy(event -> assertThat(event)
                        .containsEntry("kind", "SessionClosed")
                        .containsEntry("reason", "CLOSED_BY_COMMAND")
                        .containsEntry("status", 200L)
                        .containsEntry(
                                "totals",
                                Map.of(
                                        "up",
                                        10L,
                                        "down",
                                        20L,
                                        "overheadUp",
                                        0L,
                                        "overheadDown",
                                        0L,
                                        "originUp",
                                        10L,
                                        "originDown",
                                        0L)));
    }

    @Test
    void catShowsWhatInterceptionRecords() {
        long id;
        try (TestLedger ledger = TestLedger.open(data)) {
            SessionMeter tunnel = ledger.tunnel("in.example:443");
            tunnel.protocolDetected(SessionProtocol.HTTPS_MITM);
            SessionMeter exchange = ledger.child(tunnel, "https://in.example/");
            id = exchange.id();
            exchange.up(700);
            exchange.exchangeCompleted(TestLedger.exchange(exchange, tunnel));
            exchange.close(CloseReason.COMPLETED, 200);
            ledger.publish(new InterceptionBypassed(
                    tunnel.id(), "in.example:443", "", "pinned", TestLedger.BEGIN_MILLIS + 60_000));
            tunnel.close(CloseReason.COMPLETED, 0);
        }

        List<Map<String, Object>> exchanges = cat("--kind", "ExchangeCompleted", "--session", String.valueOf(id));

        Map<String, Object> exchange = only(exchanges, "ExchangeCompleted");
        assertThat(exchange)
                .containsEntry("sessionId", id)
                .containsEntry("protocol", "HTTPS-MITM")
                .containsEntry("status", 200L)
                .containsEntry("originCertificate", "0f")
                .containsEntry(
                        "request",
                        Map.of(
                                "fields",
                                List.of(
                                        Map.of("name", "Accept", "value", "*/*"),
                                        Map.of("name", "Cookie", "value", "…")),
                                "fieldsLeftOut",
                                3L,
                                "bodyBytes",
                                0L,
                                "bodySha256",
                                "",
                                "bodyNote",
                                ""))
                .containsEntry(
                        "times",
                        Map.of(
                                "startedAtMillis",
                                TestLedger.BEGIN_MILLIS,
                                "connectMicros",
                                10L,
                                "tlsMicros",
                                -1L,
                                "firstByteMicros",
                                30L,
                                "lastByteMicros",
                                40L));
        assertThat(only(cat("--kind", "protocoldetected"), "ProtocolDetected")).containsEntry("protocol", "HTTPS-MITM");
        assertThat(only(cat("--kind", "InterceptionBypassed"), "InterceptionBypassed"))
                .containsEntry("host", "in.example:443")
                .containsEntry("reason", "pinned");
    }

    private static Map<String, Object> only(List<Map<String, Object>> events, String kind) {
        List<Map<String, Object>> found = events.stream()
                .filter(event -> JsonObjects.field(event, "kind").equals(kind))
                .toList();
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    @Test
    void catPrintsOneObjectALine() {
        writeJournal();

        Run cat = Run.of(data, "journal", "cat");

        assertThat(cat.out().lines()).allSatisfy(line -> {
            assertThat(line).startsWith("{\"sequence\":").endsWith("}");
            assertThat(JsonObjects.parse(line)).hasSize(1);
        });
    }

    @Test
    void catPrintsARangeBothEndsIncluded() {
        writeJournal();

        assertThat(cat("--from", "3", "--to", "5"))
                .extracting(event -> event.get("sequence"))
                .containsExactly(3L, 4L, 5L);
    }

    @Test
    void catPrintsOneSession() {
        long id = writeJournal();

        assertThat(cat("--session", String.valueOf(id)))
                .extracting(event -> event.get("kind"))
                .containsExactly(
                        "SessionOpened",
                        "OriginConnected",
                        "BytesTransferred",
                        "CommandReceived",
                        "BytesTransferred",
                        "SessionClosed");
    }

    @Test
    void catPrintsKinds() {
        writeJournal();

        assertThat(cat("--kind", "NodeStopped,sessionclosed"))
                .extracting(event -> event.get("kind"))
                .containsExactly("SessionClosed", "SessionClosed", "NodeStopped");
    }

    @Test
    void catEndsQuietlyWhenNobodyReads() {
        try (TestLedger ledger = TestLedger.open(data)) {
            for (int i = 0; i < 2_000; i++) {
                ledger.get("a.example", "http://a.example/" + i).close(CloseReason.COMPLETED, 200);
            }
        }
        AuditCommandTest.BrokenPipe pipe = new AuditCommandTest.BrokenPipe();

        int status = Run.execute(new PrintWriter(pipe), new PrintWriter(Writer.nullWriter()), data, "journal", "cat");

        assertThat(status).isZero();
        assertThat(pipe.writes).isEqualTo(1);
    }

    @Test
    void infoSaysWhatTheJournalConsistsOf() {
        writeJournal();
        TestLedger.open(data).close();

        Run info = Run.of(data, "journal", "info");

        assertThat(info.status()).isZero();
        assertThat(info.out())
                .containsPattern("lock +free")
                .containsPattern("checkpoint +the last of 2 at sequence \\d+")
                .contains(CycleFileEditor.of(data).name())
                .contains("boots 2")
                .containsPattern(" 1  \\S+  sequence 1  node [0-9a-f]{16}  version 1\\.2\\.3  stopped in order")
                .containsPattern(" 2  \\S+  sequence \\d+  node [0-9a-f]{16}  version 1\\.2\\.3  stopped in order");
    }

    @Test
    void infoSaysThatSomebodyWrites() {
        try (TestLedger ledger = TestLedger.open(data)) {
            ledger.settle();

            Run info = Run.of(data, "journal", "info");

            assertThat(info.out())
                    .contains("held by process " + ProcessHandle.current().pid())
                    .contains("checkpoint   none yet")
                    .contains("not stopped: live or crashed");
        }
    }

    @Test
    void infoSaysThatTheReadingStopped() throws Exception {
        writeJournal();
        Files.createDirectory(TestLedger.journal(data).resolve("20990101-00F.cq4"));

        Run info = Run.of(data, "journal", "info");

        assertThat(info.status()).isEqualTo(2);
        assertThat(info.err()).contains("can't be read");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "journal",
                "journal nonsense",
                "journal info --nonsense",
                "journal cat --kind Nonsense",
                "journal cat --from x",
                "journal cat --from 5 --to 4",
                "journal cat --session -1"
            })
    void refusesWhatItDoesNotUnderstand(String line) {
        writeJournal();

        Run run = Run.of(data, line.split(" ", -1));

        assertThat(run.status()).isEqualTo(64);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Usage: weir journal");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cat", "info"})
    void refusesAFolderWithoutAJournal(String command) {
        Run run = Run.of(data, "journal", command);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("no such folder");
    }

    /** Notes sequence, time and kind of each event. */
    private record Names(List<String> names) implements EventSink {
        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            names.add(sequence + " " + Figures.time(atMillis) + " "
                    + event.getClass().getSimpleName());
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            names.add(sequence + " " + Figures.time(atMillis) + " BytesTransferred");
        }
    }
}
