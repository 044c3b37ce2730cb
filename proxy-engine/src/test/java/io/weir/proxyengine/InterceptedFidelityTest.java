package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.InterceptedTalk.Layer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/1.1 inside a tunnel, in TLS and without: passed on as it came, counted at both sockets. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what matters here
class InterceptedFidelityTest {
    private static final String GET = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static void check(TestLedger.Session session, long up, long down, long originUp, long originDown) {
        assertThat(session.counts()).isEqualTo(new Tally(up, down, 0, 0, originUp, originDown));
        assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
    }

    private static List<String[]> pairs() {
        return List.of(
                new String[] {GET, OK},
                new String[] {
                    "GET /a?b=c&d HTTP/1.1\r\nhOsT: localhost\r\nX-b: 1\r\nx-A: 2\r\nX-b: 3\r\nEmpty: \r\nCookie: a=b; c=d\r\n\r\n",
                    "HTTP/1.1 200 Fine\r\nSERVER: x\r\nset-cookie: a\r\nSet-Cookie: b\r\ncontent-length: 0\r\n\r\n"
                },
                new String[] {
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
                    "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nworld"
                },
                new String[] {
                    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                            + "5\r\nhello\r\n1\r\n!\r\n0\r\nX-Sum: 6\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 3\r\n\r\n"
                },
                new String[] {
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                },
                new String[] {
                    "HEAD /big HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"
                },
                new String[] {
                    "HEAD /c HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                },
                new String[] {"DELETE /x HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n"
                },
                new String[] {
                    "GET /n HTTP/1.1\r\nHost: localhost\r\nIf-None-Match: \"x\"\r\n\r\n",
                    "HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"x\"\r\n\r\n"
                },
                new String[] {
                    "GET http://localhost/absolute?q HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "HTTP/1.1 200 \r\nContent-Length: 1\r\n\r\nx"
                },
                new String[] {
                    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
                },
                new String[] {
                    "GET /hints HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n" + OK
                },
                new String[] {
                    "GET /keep HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\nTE: trailers\r\n\r\n",
                    "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nKeep-Alive: max=9\r\nContent-Length: 1\r\n\r\n1"
                });
    }

    @ParameterizedTest
    @EnumSource
    void allOfAKeptConnectionPassesVerbatim(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            Wire origin = null;
            for (String[] pair : pairs()) {
                client.send(pair[0]);
                origin = origin == null ? talk.originWire() : origin;
                assertThat(origin.read(pair[0].length())).isEqualTo(pair[0]);
                origin.send(pair[1]);
                assertThat(client.read(pair[1].length())).isEqualTo(pair[1]);
            }

            List<TestLedger.Session> sessions = talk.settle(pairs().size());

            for (int i = 0; i < sessions.size(); i++) {
                int up = pairs().get(i)[0].length();
                int down = pairs().get(i)[1].length();
                check(sessions.get(i), up, down, up, down);
            }
            assertThat(talk.hasMoreOriginConnections()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void pipelinedRequestsAreAnsweredInOrderAndCountedApart(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            var all = new StringBuilder();
            pairs().forEach(pair -> all.append(pair[0]));
            client.send(all.toString());
            Wire origin = talk.originWire();
            for (String[] pair : pairs()) {
                assertThat(origin.read(pair[0].length())).isEqualTo(pair[0]);
                origin.send(pair[1]);
            }
            for (String[] pair : pairs()) {
                assertThat(client.read(pair[1].length())).isEqualTo(pair[1]);
            }

            List<TestLedger.Session> sessions = talk.settle(pairs().size());

            for (int i = 0; i < sessions.size(); i++) {
                int up = pairs().get(i)[0].length();
                int down = pairs().get(i)[1].length();
                check(sessions.get(i), up, down, up, down);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatComesByteByByteIsTheSame(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            Wire origin = null;
            for (String[] pair : List.of(pairs().get(0), pairs().get(3), pairs().get(11))) {
                trickle(client, pair[0]);
                origin = origin == null ? talk.originWire() : origin;
                String asked = origin.readMessage();
                assertThat(Chunks.joined(asked)).isEqualTo(Chunks.joined(pair[0]));
                trickle(origin, pair[1]);
                String answer = client.readMessage();
                while (answer.startsWith("HTTP/1.1 1")) {
                    answer = client.readMessage();
                }
                assertThat(pair[1]).contains(answer.substring(0, answer.indexOf("\r\n\r\n")));
            }

            List<TestLedger.Session> sessions = talk.settle(3);

            long up = 0L
                    + pairs().get(0)[0].length()
                    + pairs().get(3)[0].length()
                    + pairs().get(11)[0].length();
            long down = 0L
                    + pairs().get(0)[1].length()
                    + pairs().get(3)[1].length()
                    + pairs().get(11)[1].length();
            assertThat(sessions.stream().mapToLong(each -> each.counts().up()).sum())
                    .isEqualTo(up);
            assertThat(sessions.stream()
                            .mapToLong(each -> each.counts().originDown())
                            .sum())
                    .isEqualTo(down);
            assertThat(sessions.stream()
                            .mapToLong(each -> each.counts().originUp())
                            .sum())
                    .isEqualTo(origin == null ? 0 : origin.received());
            assertThat(sessions.stream().mapToLong(each -> each.counts().down()).sum())
                    .isEqualTo(client.received());
        }
    }

    private static void trickle(Wire wire, String text) throws Exception {
        for (int i = 0; i < text.length(); i++) {
            wire.send(text.substring(i, i + 1));
        }
    }

    static Stream<Arguments> seeds() {
        return Stream.of(Layer.values()).flatMap(layer -> Stream.of(1L, 2L, 3L).map(seed -> arguments(layer, seed)));
    }

    @ParameterizedTest(name = "{0} seed {1}")
    @MethodSource("seeds")
    void howeverItIsCutThePartsAreCountedAsTheWhole(Layer layer, long seed) throws Exception {
        var random = new Random(seed);
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            List<String[]> asked = new ArrayList<>();
            var all = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                asked.add(pairs().get(random.nextInt(pairs().size())));
                all.append(asked.get(i)[0]);
            }
            long cuts = random.nextLong();
            var sending = Peer.async(() -> cut(client, all.toString(), new Random(cuts)));
            Wire origin = talk.originWire();
            var answering = Peer.async(() -> {
                var cutting = new Random(cuts);
                for (String[] pair : asked) {
                    String message = origin.readMessage();
                    assertThat(Chunks.joined(message)).isEqualTo(Chunks.joined(pair[0]));
                    cut(origin, pair[1], cutting);
                }
                return true;
            });
            for (String[] pair : asked) {
                String head = client.readHead();
                boolean bodiless = pair[0].startsWith("HEAD") || head.startsWith("HTTP/1.1 304");
                while (head.startsWith("HTTP/1.1 1")) {
                    head = client.readHead();
                }
                if (!bodiless) {
                    client.readBody(head);
                }
            }
            sending.get(30, TimeUnit.SECONDS);
            answering.get(30, TimeUnit.SECONDS);

            List<TestLedger.Session> sessions = talk.settle(asked.size());

            for (int i = 0; i < asked.size(); i++) {
                assertThat(sessions.get(i).counts().up()).isEqualTo(asked.get(i)[0].length());
                assertThat(sessions.get(i).counts().originDown()).isEqualTo(asked.get(i)[1].length());
                assertThat(sessions.get(i).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            }
            assertThat(sessions.stream()
                            .mapToLong(each -> each.counts().originUp())
                            .sum())
                    .isEqualTo(origin.received());
            assertThat(sessions.stream().mapToLong(each -> each.counts().down()).sum())
                    .isEqualTo(client.received());
        }
    }

    private static boolean cut(Wire wire, String text, Random random) throws Exception {
        for (int at = 0; at < text.length(); ) {
            int n = Math.min(text.length() - at, 1 + random.nextInt(random.nextBoolean() ? 5 : 400));
            wire.send(text.substring(at, at + n));
            at += n;
        }
        return true;
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatWaitsForContinueGetsIt(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
            String go = "HTTP/1.1 100 Continue\r\n\r\n";
            client.send(head);
            Wire origin = talk.originWire();
            assertThat(origin.readHead()).isEqualTo(head);
            origin.send(go);
            assertThat(client.readHead()).isEqualTo(go);
            client.send("body");
            assertThat(origin.read(4)).isEqualTo("body");
            origin.send(OK);
            assertThat(client.read(OK.length())).isEqualTo(OK);

            check(
                    talk.settle(1).get(0),
                    head.length() + 4,
                    go.length() + OK.length(),
                    head.length() + 4,
                    go.length() + OK.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerBeforeTheEndOfTheRequestArrivesWhole(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n";
            String answer = "HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno!";
            client.send(head + "some");
            Wire origin = talk.originWire();
            origin.readHead();
            origin.read(4);
            origin.send(answer);
            assertThat(client.read(answer.length())).isEqualTo(answer);
            origin.drain();

            TestLedger.Session session = talk.settle(1).get(0);

            check(session, head.length() + 4, answer.length(), head.length() + 4, answer.length());
            assertThat(session.closed.status()).isEqualTo(413);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRequestGoesOnAfterItsAnswerAndTheConnectionIsKept(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
            client.send(head);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send(OK);
            assertThat(client.read(OK.length())).isEqualTo(OK);
            client.send("x".repeat(500));
            assertThat(origin.read(500)).isEqualTo("x".repeat(500));
            client.send("y".repeat(500) + GET);
            assertThat(origin.read(500 + GET.length())).isEqualTo("y".repeat(500) + GET);
            origin.send(OK);
            assertThat(client.read(OK.length())).isEqualTo(OK);

            List<TestLedger.Session> sessions = talk.settle(2);

            check(sessions.get(0), head.length() + 1000, OK.length(), head.length() + 1000, OK.length());
            check(sessions.get(1), GET.length(), OK.length(), GET.length(), OK.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOriginThatEndsTheConnectionAfterItsAnswerEndsTheRequest(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
            client.send(head);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send(OK).close();

            assertThat(client.readRest()).isEqualTo(OK);
            check(talk.settle(1).get(0), head.length(), OK.length(), head.length(), OK.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void eitherSideMayEndTheConnectionAfterAnExchange(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            String asked = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
            String close = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
            Wire client = talk.wire();
            client.send(asked);
            Wire origin = talk.originWire();
            assertThat(origin.readHead()).isEqualTo(asked);
            origin.send(OK);
            assertThat(client.readRest()).isEqualTo(OK);
            origin.drain();
            Wire second = talk.wire();
            second.send(GET);
            Wire other = talk.originWire();
            assertThat(other.readHead()).isEqualTo(GET);
            other.send(close).close();
            assertThat(second.readRest()).isEqualTo(close);

            List<TestLedger.Session> sessions = talk.settle(2);

            check(sessions.get(0), asked.length(), OK.length(), asked.length(), OK.length());
            check(sessions.get(1), GET.length(), close.length(), GET.length(), close.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBodyUntilTheCloseEndsWithTheConnection(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            String answer = "HTTP/1.0 200 OK\r\nServer: old\r\n\r\n" + "body".repeat(50_000);
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send(answer).close();

            assertThat(client.readRest()).isEqualTo(answer);
            check(talk.settle(1).get(0), GET.length(), answer.length(), GET.length(), answer.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientOfHttp10IsServedAsOne(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            String first = "GET /1 HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
            String kept = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n1";
            String second = "GET /2 HTTP/1.0\r\nHost: localhost\r\n\r\n";
            Wire client = talk.wire();
            client.send(first);
            Wire origin = talk.originWire();
            assertThat(origin.readHead()).isEqualTo(first);
            origin.send(kept);
            assertThat(client.read(kept.length())).isEqualTo(kept);
            client.send(second);
            assertThat(origin.readHead()).isEqualTo(second);
            origin.send("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n2");

            assertThat(client.readRest()).endsWith("\r\n\r\n2");
            origin.drain();
            assertThat(talk.settle(2)).allMatch(each -> each.closed.reason() == CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWebSocketPassesAndItsFramesAreCounted(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            String ask = "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Key: k\r\n\r\n";
            String switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\n";
            String early = frame("early", true);
            Wire client = talk.wire();
            client.send(ask + early);
            Wire origin = talk.originWire();
            assertThat(origin.readHead()).isEqualTo(ask);
            String first = frame("first", false);
            origin.send(switching + first);
            assertThat(client.readHead()).isEqualTo(switching);
            assertThat(client.read(first.length())).isEqualTo(first);
            assertThat(origin.read(early.length())).isEqualTo(early);
            long up = 0L + ask.length() + early.length();
            long down = 0L + switching.length() + first.length();
            for (int i = 0; i < 20; i++) {
                String said = frame("x".repeat(i * i * 200), true);
                client.send(said);
                assertThat(origin.read(said.length())).isEqualTo(said);
                String heard = frame("y".repeat(i * 7), false);
                origin.send(heard);
                assertThat(client.read(heard.length())).isEqualTo(heard);
                up += said.length();
                down += heard.length();
            }
            client.send("\u0088\u0080mask");
            assertThat(origin.read(6)).isEqualTo("\u0088\u0080mask");
            origin.send("\u0088\0").close();
            assertThat(client.readRest()).isEqualTo("\u0088\0");

            TestLedger.Session session = talk.settle(1).get(0);

            check(session, up + 6, down + 2, up + 6, down + 2);
            assertThat(session.closed.status()).isEqualTo(101);
            assertThat(session.exchange.framesUp()).isEqualTo(22);
            assertThat(session.exchange.framesDown()).isEqualTo(22);
        }
    }

    private static String frame(String payload, boolean masked) {
        int n = payload.length();
        var frame = new StringBuilder("\u0082");
        int mask = masked ? 0x80 : 0;
        if (n < 126) {
            frame.append((char) (mask | n));
        } else if (n < 65536) {
            frame.append((char) (mask | 126)).append((char) (n >> 8)).append((char) (n & 0xff));
        } else {
            frame.append((char) (mask | 127)).append("\0\0\0\0\0").append((char) (n >> 16));
            frame.append((char) (n >> 8 & 0xff)).append((char) (n & 0xff));
        }
        return frame.append(masked ? "\1\2\3\4" : "").append(payload).toString();
    }

    @ParameterizedTest
    @EnumSource
    void aTunnelInTheTunnelIsAnExchangeOfBytes(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            String ask = "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n";
            String stands = "HTTP/1.1 200 OK\r\n\r\n";
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send(OK);
            client.read(OK.length());
            client.send(ask + "early");
            assertThat(origin.readHead()).isEqualTo(ask);
            origin.send(stands + "first");
            assertThat(client.read(stands.length() + 5)).isEqualTo(stands + "first");
            assertThat(origin.read(5)).isEqualTo("early");
            client.send("GET / HTTP/1.1\r\n\r\n");
            if (layer == Layer.PLAIN) { // in TLS its codec takes the end of one direction for that of both
                client.finish();
            }
            assertThat(origin.read(18)).isEqualTo("GET / HTTP/1.1\r\n\r\n");
            origin.send("last").close();
            assertThat(client.readRest()).isEqualTo("last");

            TestLedger.Session session = talk.settle(2).get(1);

            check(session, ask.length() + 23, stands.length() + 9, ask.length() + 23, stands.length() + 9);
        }
    }

    @ParameterizedTest
    @EnumSource
    void requestsThatCameBeforeTheClientsFinAreAllServed(Layer layer) throws Exception {
        if (layer == Layer.TLS) {
            return; // where a goodbye means that nobody reads
        }
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            client.send(GET + GET + GET).finish();
            Wire origin = talk.originWire();
            for (int i = 0; i < 3; i++) {
                origin.readHead();
                origin.send(OK);
            }

            assertThat(client.readRest()).isEqualTo(OK + OK + OK);
            talk.settle(3).forEach(each -> check(each, GET.length(), OK.length(), GET.length(), OK.length()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void bigBodiesStreamBothWaysAtOnce(Layer layer) throws Exception {
        int size = 3_000_000;
        String body = new String(Peer.patternBytes(size), StandardCharsets.ISO_8859_1);
        try (var talk = InterceptedTalk.start(layer)) {
            String ask = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + size + "\r\n\r\n";
            String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n";
            Wire client = talk.wire();
            var sending = Peer.async(() -> client.send(ask + body));
            Wire origin = talk.originWire();
            origin.readHead();
            var receiving = Peer.async(() -> origin.read(size));
            var answering = Peer.async(() -> {
                origin.send(answer + body.substring(1));
                receiving.get(30, TimeUnit.SECONDS);
                return origin.send(body.substring(0, 1)); // after the request's end
            });
            assertThat(client.read(answer.length() + size)).isEqualTo(answer + body.substring(1) + body.charAt(0));
            assertThat(receiving.get(30, TimeUnit.SECONDS)).isEqualTo(body);
            sending.get(30, TimeUnit.SECONDS);
            answering.get(30, TimeUnit.SECONDS);

            check(
                    talk.settle(1).get(0),
                    ask.length() + size,
                    answer.length() + size,
                    ask.length() + size,
                    answer.length() + size);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatDoesNotReadStopsTheOrigin(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            int blocks = 400;
            byte[] block = Peer.patternBytes(64 * 1024);
            String head = "HTTP/1.1 200 OK\r\nContent-Length: " + (long) blocks * block.length + "\r\n\r\n";
            origin.send(head);
            Stalled writing = Stalled.write(origin, block, blocks);
            assertThat(writing.awaitStandstill()).isLessThan((long) blocks * block.length);
            TestLedger.Session session = talk.ledger().awaitSession(each -> !each.opened.isRoot());
            assertThat(session.counts().originDown() - session.counts().down())
                    .as("held by the proxy")
                    .isLessThan(1_500_000);
            client.read(head.length());
            for (int i = 0; i < blocks; i++) {
                client.read(block.length);
            }
            writing.join();

            long down = head.length() + (long) blocks * block.length;
            check(talk.settle(1).get(0), GET.length(), down, GET.length(), down);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOriginThatDoesNotReadStopsTheClient(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            int blocks = 400;
            byte[] block = Peer.patternBytes(64 * 1024);
            String head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + (long) blocks * block.length
                    + "\r\n\r\n";
            client.send(head);
            Wire origin = talk.originWire();
            origin.readHead();
            Stalled writing = Stalled.write(client, block, blocks);
            assertThat(writing.awaitStandstill()).isLessThan((long) blocks * block.length);
            TestLedger.Session session = talk.ledger().awaitSession(each -> !each.opened.isRoot());
            assertThat(session.counts().up() - session.counts().originUp()).isLessThan(1_500_000);
            for (int i = 0; i < blocks; i++) {
                origin.read(block.length);
            }
            writing.join();
            origin.send(OK);
            client.read(OK.length());

            long up = head.length() + (long) blocks * block.length;
            check(talk.settle(1).get(0), up, OK.length(), up, OK.length());
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachServerSentEventArrivesBeforeTheNextIsSent(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
            origin.send(head);
            assertThat(client.readHead()).isEqualTo(head);
            long down = head.length() + 5L;
            for (int i = 10; i < 30; i++) {
                String event = "a\r\ndata: " + i + "\n\n\r\n";
                origin.send(event);
                assertThat(client.read(event.length())).isEqualTo(event);
                down += event.length();
            }
            origin.send("0\r\n\r\n");
            assertThat(client.read(5)).isEqualTo("0\r\n\r\n");

            check(talk.settle(1).get(0), GET.length(), down, GET.length(), down);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClientThatBreaksOffIsSaidSoAndNothingIsInvented(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            InterceptedTalk.Client raw = talk.client();
            Wire client = new Wire(raw.socket());
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nsome");
            Wire origin = talk.originWire();
            origin.readHead();
            origin.read(4);
            raw.raw().setSoLinger(true, 0);
            raw.raw().close();
            assertThat(origin.drain()).as("a part is no whole").isFalse();

            TestLedger.Session session = talk.ledger().awaitExchanges(1).get(0);

            talk.checkLaws();
            assertThat(session.closed.reason()).isIn(CloseReason.CLIENT_RESET, CloseReason.CLIENT_ABORTED);
            assertThat(session.counts().up()).isEqualTo(client.sent());
            assertThat(session.counts().originUp()).isEqualTo(origin.received());
            TestLedger.Session root = talk.ledger().sessions().get(0);
            assertThat(root.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOriginThatBreaksOffInABodyBreaksOffTheClient(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart");
            client.readHead();
            client.read(4);
            origin.close();

            assertThat(client.drain()).isFalse();
            TestLedger.Session session = talk.ledger().awaitExchanges(1).get(0);
            talk.checkLaws();
            assertThat(session.closed.reason()).isIn(CloseReason.ORIGIN_ABORTED, CloseReason.ORIGIN_RESET);
            assertThat(session.counts().down()).isEqualTo(client.received());
            await().untilAsserted(
                            () -> assertThat(session.counts().originDown()).isEqualTo(origin.sent()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aHeadThatDoesNotComeWholeIsASessionOfItsOwn(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer)) {
            Wire client = talk.wire();
            client.send(GET);
            Wire origin = talk.originWire();
            origin.readHead();
            origin.send(OK);
            client.read(OK.length());
            client.send("GET /half HTT");

            TestLedger.Session broken = talk.settle(2).get(1);

            assertThat(broken.counts().up()).isEqualTo(13);
            assertThat(broken.closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
        }
    }
}
