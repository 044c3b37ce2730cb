package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Messages that are broken at random: whatever they are, both sides get strict HTTP or an end, in time, and the ledger is exact. A seed
 * that failed joins the list.
 */
class FuzzTest {
    private static final String[] PIECES = {
        "\r",
        "\n",
        "\r\n",
        "\r\n\r\n",
        "\0",
        " ",
        "\t",
        ":",
        ";",
        ",",
        "0",
        "5",
        "ffffffff",
        "-1",
        "0x",
        "chunked",
        "%00",
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Connection: Content-Length\r\n",
        "Connection: close\r\n",
        "Host: x\r\n",
        "HTTP/1.0",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "\u00ff",
        "@",
        "#",
        "?",
        "/",
        "\\",
        "\u000b",
        "\u007f",
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void requestsInTheBuild(long seed) throws Exception {
        fuzzRequests(seed, 1_000, 8);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void responsesInTheBuild(long seed) throws Exception {
        fuzzResponses(seed, 1_000, 8);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void requestsForLonger(long seed) throws Exception {
        fuzzRequests(seed, 1_000_000, 60);
    }

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void responsesForLonger(long seed) throws Exception {
        fuzzResponses(seed, 1_000_000, 60);
    }

    private static void fuzzRequests(long seed, int runs, int seconds) throws Exception {
        var random = new Random(seed);
        List<String> seeds = texts("hostile-requests.txt", 3, 2);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long sent = 0;
        long received = 0;
        try (var origin = StrictOrigin.start(request -> StrictOrigin.Answer.ok("ok"));
                var proxy = TestProxy.start(FuzzTest::quick)) {
            for (int run = 0; run < runs && System.nanoTime() - until < 0; run++) {
                byte[] message = mutated(random, seeds, origin.port());
                try (var client = new Wire(proxy.connect())) {
                    client.send(message).finish();
                    String answer = client.readRest();
                    sent += client.sent();
                    received += client.received();
                    assertThat(origin.takeFaults()).as(text(message)).isEmpty();
                    checkAnswers(answer, origin.takeRequests(), text(message));
                }
            }
            Conversation.awaitCounted(proxy, sent, received);
            assertThat(proxy.ledger().rootTotals().deliveredToClient()).isEqualTo(received);
        }
    }

    private static void checkAnswers(String answer, List<StrictHttp.Message> requests, String sent) throws IOException {
        var reader = new StrictHttp(new ByteArrayInputStream(answer.getBytes(StandardCharsets.ISO_8859_1)));
        for (StrictHttp.Message request : requests) {
            StrictHttp.Message response = reader.response(request.startLine().split(" ", 2)[0]);
            if (response == null) {
                return; // the client left in the middle of something
            }
        }
        StrictHttp.Message refusal;
        try {
            refusal = reader.response("GET");
        } catch (StrictHttp.Truncated toHead) {
            refusal = new StrictHttp(rest(answer, reader)).response("HEAD");
        }
        if (refusal != null) {
            assertThat(refusal.all("proxy-status").isEmpty()
                            && refusal.all("via").isEmpty())
                    .as(sent)
                    .isFalse();
        }
    }

    private static ByteArrayInputStream rest(String answer, StrictHttp reader) {
        int from = answer.lastIndexOf("HTTP/1.1 ", (int) Math.min(reader.read(), answer.length()));
        return new ByteArrayInputStream(answer.substring(from).getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void fuzzResponses(long seed, int runs, int seconds) throws Exception {
        var random = new Random(seed);
        List<String> seeds = texts("hostile-responses.txt", 5, 4);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        long sent = 0;
        var answers = new byte[1][];
        try (var origin = StrictOrigin.start(request -> request.startLine().contains("/second")
                        ? StrictOrigin.Answer.ok("second")
                        : new StrictOrigin.Answer(text(answers[0]), "fin"));
                var proxy = TestProxy.start(FuzzTest::quick)) {
            for (int run = 0; run < runs && System.nanoTime() - until < 0; run++) {
                answers[0] = mutated(random, seeds, 1);
                String method = random.nextInt(4) == 0 ? "HEAD" : "GET";
                try (var client = new Wire(proxy.connect())) {
                    converse(client, method, origin.port(), text(answers[0]));
                    sent += client.sent();
                    assertThat(origin.takeFaults()).isEmpty();
                }
            }
            Conversation.awaitCounted(proxy, sent, 0);
        }
    }

    private static void converse(Wire client, String method, int port, String answer) throws IOException {
        var reader = new StrictHttp(client.socket().getInputStream());
        client.send(method + " http://127.0.0.1:" + port + "/first HTTP/1.1\r\nHost: x\r\n\r\n");
        try {
            StrictHttp.Message first = reader.response(method);
            if (Objects.requireNonNull(first, answer).all("connection").contains("close")) {
                return;
            }
        } catch (StrictHttp.Truncated | java.net.SocketException brokenOff) {
            return;
        }
        client.send("GET http://127.0.0.1:" + port + "/second HTTP/1.1\r\nHost: x\r\n\r\n");
        StrictHttp.Message second = reader.response("GET");
        assertThat(Objects.requireNonNull(second, answer).body()).as(answer).isEqualTo("second");
    }

    private static EngineConfigBuilder quick(EngineConfigBuilder settings) {
        return settings.eventLoops(1)
                .connectTimeout(Duration.ofMillis(500))
                .nameServers(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)));
    }

    private static List<String> texts(String name, int columns, int column) {
        Map<String, List<String[]>> groups = Corpus.read(name, columns);
        return groups.values().stream()
                .flatMap(List::stream)
                .map(row -> row[column])
                .filter(text -> !text.contains("{rep:") && !text.contains("CONNECT"))
                .toList();
    }

    private static byte[] mutated(Random random, List<String> seeds, int port) {
        byte[] message = Corpus.message(seeds.get(random.nextInt(seeds.size())), port);
        int times = random.nextInt(4);
        for (int i = 0; i < times && message.length > 1; i++) {
            message = mutate(random, message, seeds, port);
        }
        return message;
    }

    private static byte[] mutate(Random random, byte[] message, List<String> seeds, int port) {
        int at = random.nextInt(message.length);
        int to = at + random.nextInt(Math.min(40, message.length - at));
        byte[] before = Arrays.copyOf(message, at);
        byte[] after = Arrays.copyOfRange(message, at, message.length);
        return switch (random.nextInt(6)) {
            case 0 -> {
                message[at] ^= (byte) (1 << random.nextInt(8));
                yield message;
            }
            case 1 -> joined(before, Arrays.copyOfRange(message, to, message.length));
            case 2 -> joined(Arrays.copyOf(message, to), after);
            case 3 -> {
                byte[] other = Corpus.message(seeds.get(random.nextInt(seeds.size())), port);
                yield joined(before, Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length));
            }
            case 4 -> before;
            default -> {
                byte[] piece = PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.ISO_8859_1);
                yield joined(joined(before, piece), after);
            }
        };
    }

    private static byte[] joined(byte[] one, byte[] two) {
        byte[] both = Arrays.copyOf(one, one.length + two.length);
        System.arraycopy(two, 0, both, one.length, two.length);
        return both;
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1);
    }
}
