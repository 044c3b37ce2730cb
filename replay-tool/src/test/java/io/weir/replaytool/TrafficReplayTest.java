package io.weir.replaytool;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.replaytool.traffic.Recordings;
import io.weir.replaytool.traffic.ResponseServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Recorded traffic is sent again to a real origin, which answers as it did but for what was planted. */
class TrafficReplayTest {
    private static final long BEGIN = TestLedger.BEGIN_MILLIS;
    private static final int MANY = 10_000;

    @TempDir
    Path data;

    private RecordedTraffic traffic;

    @BeforeEach
    void startOrigin() throws IOException {
        traffic = RecordedTraffic.start();
    }

    @AfterEach
    void stopOrigin() {
        traffic.close();
    }

    private Run send(String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of("--send", "--data", data.toString()));
        arguments.addAll(List.of(options));
        int status = new CommandLine(new ReplayCommand((folder, replay, since) -> 0))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Run(status, out.toString(), err.toString());
    }

    private static Map<String, Object> sum(Run run) {
        List<Map<String, Object>> lines = JsonObjects.parse(run.out());
        return lines.get(lines.size() - 1);
    }

    @Test
    void ofTenThousandExchangesNoneIsMissingAndThePlantedDifferencesAreFound() {
        for (int i = 0; i < MANY; i++) {
            String path = "/item/" + i;
            int planted = i % 1_000;
            traffic.record(traffic.exchange(
                    "GET",
                    traffic.url(path),
                    planted == 7 ? 203 : 200,
                    planted == 8 ? "/other" : path,
                    planted == 9 ? "/item/X" + (i + "").substring(1) : path,
                    MessageFacts.NONE,
                    BEGIN + i));
        }
        traffic.write(data);

        Run run = send("--speed", "max", "--json");

        assertThat(run.status()).as(run.err()).isEqualTo(ExitStatus.VIOLATED);
        Map<String, Object> sum = sum(run);
        assertThat(sum)
                .containsEntry("recorded", (long) MANY)
                .containsEntry("sent", (long) MANY)
                .containsEntry("failed", 0L)
                .containsEntry("missing", 0L)
                .containsEntry("different", 30L)
                .containsEntry("differing", Map.of("status", 10L, "field", 10L, "body", 10L));
        assertThat(traffic.requests()).hasSize(MANY);
        assertThat(new HashSet<>(traffic.requests())).hasSize(MANY);
    }

    @Test
    void requestsGoOutInTheirOrderAndNotBeforeTheirTime() {
        int count = 60;
        List<String> order = new ArrayList<>();
        for (int i = count - 1; i >= 0; i--) { // journaled backwards: sent by when they began
            traffic.record(traffic.get("/" + i, BEGIN + 20L * i));
        }
        for (int i = 0; i < count; i++) {
            order.add("GET /" + i + " yes ");
        }
        traffic.write(data);

        long begun = System.nanoTime();
        Run run = send("--speed", "2x", "--concurrency", "1");
        double millis = (System.nanoTime() - begun) / 1e6;

        assertThat(run.status()).as(run.out()).isZero();
        assertThat(run.out()).contains("same               60", "missing             0");
        assertThat(traffic.requests()).isEqualTo(order);
        assertThat(millis).isGreaterThan(20 * (count - 1) / 2.0); // the last one's time, which nothing can shorten
    }

    @Test
    void exchangesOfOneConnectionFollowOneAnother() {
        List<String> order = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            traffic.record(traffic.get("/" + i, BEGIN + 50L * i)); // all from one port
            order.add("GET /" + i + " yes ");
        }
        traffic.write(data);

        assertThat(send("--speed", "max").status()).isZero();
        assertThat(traffic.requests()).isEqualTo(order);
    }

    @Test
    void whatCanNotBeSentAsItWasIsNotSentAndSaid() throws IOException {
        byte[] body = "a=1".getBytes(StandardCharsets.UTF_8);
        MessageFacts stored = new MessageFacts(
                List.of(new Field("Content-Length", "3")), 0, 3, RecordedTraffic.store(data, body), "");
        MessageFacts lost = new MessageFacts(List.of(), 0, 3, "", "too long");
        traffic.record(traffic.exchange("POST", traffic.url("/p"), 200, "/p", "/p", stored, BEGIN));
        traffic.record(traffic.exchange("PUT", traffic.url("/q"), 200, "/q", "/q", lost, BEGIN + 1));
        traffic.record(traffic.exchange(
                "GET", traffic.url("/s?token=[redacted]"), 200, "/s", "/s", MessageFacts.NONE, BEGIN + 2));
        traffic.record(traffic.exchange("GET", traffic.url("/ws"), 101, "/ws", "/ws", MessageFacts.NONE, BEGIN + 3));
        traffic.record(traffic.exchange("GET", traffic.url("/n"), 0, "/n", "/n", MessageFacts.NONE, BEGIN + 4));
        traffic.write(data);

        assertThat(sum(send("--speed", "max", "--json")).get("skipped"))
                .isEqualTo(Map.of("unsafe-method", 2L, "secret-in-url", 1L, "upgraded", 1L, "not-answered", 1L));
        assertThat(traffic.requests()).isEmpty();
        Run allowed = send("--speed", "max", "--json", "--allow-unsafe", "--header", "X-Kept: mine");
        assertThat(sum(allowed).get("skipped"))
                .isEqualTo(Map.of("no-body", 1L, "secret-in-url", 1L, "upgraded", 1L, "not-answered", 1L));
        assertThat(traffic.requests()).containsExactly("POST /p mine a=1");
    }

    @Test
    void recordedResponsesAnswerAsTheOriginDid() throws IOException {
        for (int i = 0; i < 50; i++) {
            String path = "/" + i % 40 + "?q=" + i % 40;
            traffic.record(traffic.get(path, BEGIN + i));
            RecordedTraffic.storeBodyOf(data, path);
        }
        traffic.record(traffic.get("/not-captured", BEGIN + 99));
        traffic.write(data);
        traffic.close();
        Recordings recordings = new Recordings(1);
        try (JournalReader reader = JournalReader.open(TestLedger.journal(data))) {
            reader.read(recordings, ReadProgress.NONE);
        }

        try (ResponseServer server = ResponseServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                recordings.inOrder(),
                new StoredBodyReader(data.resolve("bodies"))::find)) {
            String origin = "http://127.0.0.1:" + server.address().getPort();
            Run run = send("--speed", "max", "--json", "--origin", origin);

            assertThat(sum(run)).containsEntry("same", 50L).containsEntry("different", 1L);
            assertThat(run.out()).contains("/not-captured\",\"status\":502");
            assertThat(server.answered()).isEqualTo(50);
            assertThat(server.unknown()).isEqualTo(1);
        }
    }

    @Test
    void anOriginThatMisbehavesFailsItsOwnExchangesOnly() throws Exception {
        try (ServerSocket hostile = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread origin = new Thread(() -> misbehave(hostile), "hostile");
            origin.setDaemon(true);
            origin.start();
            String base = "http://127.0.0.1:" + hostile.getLocalPort();
            for (int i = 0; i < 4; i++) {
                traffic.record(
                        traffic.exchange("GET", base + "/" + i, 200, "/", "/", MessageFacts.NONE, BEGIN + 2L * i));
                traffic.record(traffic.get("/good" + i, BEGIN + 2L * i + 1));
            }
            traffic.write(data);

            Run run = send("--speed", "max", "--json", "--timeout", "2s");

            assertThat(sum(run))
                    .containsEntry("failed", 4L)
                    .containsEntry("same", 4L)
                    .containsEntry("missing", 0L);
        }
    }

    /** Resets, says nothing, breaks off within a body, talks garbage: one after the other. */
    private static void misbehave(ServerSocket hostile) {
        String[] answers = {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", "garbage\r\n\r\n"};
        Deque<Socket> silent = new ArrayDeque<>();
        try (hostile) {
            for (int i = 0; ; i++) {
                Socket socket = hostile.accept();
                if (i % 4 == 3) {
                    silent.add(socket); // held, and never answered
                    continue;
                }
                socket.getInputStream().read();
                socket.getOutputStream().write(answers[i % 4].getBytes(StandardCharsets.US_ASCII));
                socket.close();
            }
        } catch (IOException e) {
            silent.forEach(TrafficReplayTest::closed); // the test is over
        }
    }

    private static void closed(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void contradictingOptionsAreRefused() {
        traffic.record(traffic.get("/", BEGIN));
        traffic.write(data);

        assertThat(send("--serve").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(send("--origin", "ftp://x").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(send("--concurrency", "0").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(send("--through", "nowhere").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(send("--header", "no").status()).isEqualTo(ExitStatus.USAGE);
        assertThat(send("--trust", "/does/not/exist").status()).isEqualTo(ExitStatus.USAGE);
    }
}
