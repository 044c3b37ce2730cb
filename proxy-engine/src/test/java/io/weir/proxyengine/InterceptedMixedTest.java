package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.InterceptedTalk.Layer;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that speaks one version of HTTP and an origin that speaks the other: each leg has its own figures. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what matters here
class InterceptedMixedTest {
    private static final String[] OK = {":status", "200"};

    private static void check(TestLedger.Session session, long up, long down, long originUp, long originDown) {
        assertThat(session.counts()).isEqualTo(new Tally(up, down, 0, 0, originUp, originDown));
        assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
    }

    // ---- HTTP/1.1 to HTTP/2 ----

    @Test
    void aClientOfHttp1ReachesAnOriginOfHttp2() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            String ask =
                    "POST /a?b HTTP/1.1\r\nHost: localhost\r\nX-Mixed: Case\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                            + "TE: trailers\r\nCookie: a=1; b=2\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n";
            client.send(ask);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, false, ":status", "103", "link", "x");
            origin.headers(at, false, ":status", "200", "x-a", "b");
            origin.data(at, "world", false);
            origin.headers(at, true, "x-end", "yes");
            String interim = client.readHead();
            String head = client.readHead();
            String body = client.readBody(head);

            assertThat(asked.head().path()).hasToString("/a?b");
            assertThat(asked.head().authority()).hasToString("localhost");
            assertThat(asked.head().scheme()).hasToString("https");
            assertThat(asked.field("x-mixed")).isEqualTo("Case");
            assertThat(asked.field("te")).isEqualTo("trailers");
            assertThat(asked.field("cookie")).isEqualTo("a=1; b=2");
            assertThat(asked.head().contains("x-hop")).isFalse();
            assertThat(asked.head().contains("connection")).isFalse();
            assertThat(asked.head().contains("transfer-encoding")).isFalse();
            assertThat(asked.head().contains("host")).isFalse();
            assertThat(asked.text()).isEqualTo("hello");
            assertThat(asked.trailer("x-sum")).isEqualTo("5");
            assertThat(interim).isEqualTo("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n");
            assertThat(head).isEqualTo("HTTP/1.1 200 OK\r\nx-a: b\r\ntransfer-encoding: chunked\r\n\r\n");
            assertThat(body).isEqualTo("5\r\nworld\r\n0\r\nx-end: yes\r\n\r\n");
            TestLedger.Session session = talk.settle(1).get(0);
            check(session, ask.length(), client.received(), origin.received(at), origin.sent(at));
            assertThat(session.exchange.clientProtocol()).isEqualTo("HTTP/1.1");
            assertThat(session.exchange.originProtocol()).isEqualTo("HTTP/2");
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 200, 5", "HEAD, 200, 5", "GET, 204, -1", "GET, 304, 5", "POST, 200, 0"})
    void framingIsThatOfTheClient(String method, int status, int length) throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            String ask = method + " / HTTP/1.1\r\nHost: localhost\r\n\r\n";
            FramePeer origin = null;
            for (int i = 0; i < 2; i++) { // the second shows that the first had its right end
                client.send(ask);
                origin = origin == null ? talk.originFrames() : origin;
                int at = origin.awaitStream();
                assertThat(origin.message(at).endsWithHead()).isTrue();
                boolean hasBody = method.equals("GET") && status == 200;
                List<String> fields = new ArrayList<>(List.of(":status", Integer.toString(status)));
                if (length >= 0) {
                    fields.addAll(List.of("content-length", Integer.toString(length)));
                }
                origin.headers(at, !hasBody, fields.toArray(String[]::new));
                if (hasBody) {
                    origin.data(at, "hello", true);
                }
                String head = client.readHead();
                assertThat(head).startsWith("HTTP/1.1 " + status).doesNotContain("transfer-encoding");
                if (hasBody) {
                    assertThat(client.readBody(head)).isEqualTo("hello");
                }
            }

            List<TestLedger.Session> sessions = talk.settle(2);

            assertThat(sessions.stream().mapToLong(each -> each.counts().down()).sum())
                    .isEqualTo(client.received());
            assertThat(sessions).allMatch(each -> each.closed.reason() == CloseReason.COMPLETED);
        }
    }

    @Test
    void aTargetInAbsoluteFormIsAPathInHttp2() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            client.send("GET https://localhost/a?b HTTP/1.1\r\nHost: localhost\r\n\r\n");
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, true, OK);
            client.readMessage();

            assertThat(asked.head().path()).hasToString("/a?b");
            assertThat(asked.head().authority()).hasToString("localhost");
            talk.settle(1);
        }
    }

    @Test
    void aClientOfHttp10GetsABodyUntilTheClose() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            String ask = "GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n";
            client.send(ask);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.message(at);
            origin.headers(at, false, OK);
            origin.data(at, "body", false);
            origin.headers(at, true, "x", "y");

            assertThat(client.readRest()).isEqualTo("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nbody");
            check(talk.settle(1).get(0), ask.length(), client.received(), origin.received(at), origin.sent(at));
        }
    }

    @Test
    void aResetOfTheOriginIsAnAnswerOrABreakForAClientOfHttp1() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            client.send("GET /early HTTP/1.1\r\nHost: localhost\r\n\r\n");
            FramePeer origin = talk.originFrames();
            origin.reset(origin.awaitStream(), 7);
            assertThat(client.readHead()).startsWith("HTTP/1.1 502 ");
            Wire second = talk.wire("http/1.1");
            second.send("GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n");
            FramePeer other = talk.originFrames();
            int at = other.awaitStream();
            other.headers(at, false, OK);
            other.data(at, "part", false);
            second.readHead();
            other.reset(at, 2);

            assertThat(second.drain()).as("an orderly end").isFalse();
            client.close();
            second.close();
            List<TestLedger.Session> sessions = talk.ledger().awaitExchanges(2);
            assertThat(sessions).allMatch(each -> each.closed.reason() == CloseReason.ORIGIN_RESET);
        }
    }

    @Test
    void bigBodiesPassBetweenTheVersionsWithTheirPressure() throws Exception {
        int size = 2_000_000;
        String body = new String(Peer.patternBytes(size), StandardCharsets.ISO_8859_1);
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            Wire client = talk.wire("http/1.1");
            String ask = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + size + "\r\n\r\n";
            var sending = Peer.async(() -> client.send(ask + body));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            assertThat(origin.message(at).text()).isEqualTo(body);
            sending.get(30, TimeUnit.SECONDS);
            byte[] much = Peer.patternBytes(30_000_000);
            origin.headers(at, false, ":status", "200", "content-length", Integer.toString(much.length));
            var answering = Peer.async(() -> {
                origin.data(at, much, true);
                return true;
            });
            await().until(() -> origin.sent(at) > 100_000);
            String head = client.readHead();
            assertThat(answering.isDone()).isFalse();
            assertThat(client.read(much.length)).isEqualTo(new String(much, StandardCharsets.ISO_8859_1));

            assertThat(head).contains("content-length: " + much.length);
            answering.get(30, TimeUnit.SECONDS);
            check(
                    talk.settle(1).get(0),
                    ask.length() + size,
                    head.length() + much.length,
                    origin.received(at),
                    origin.sent(at));
        }
    }

    // ---- HTTP/2 to HTTP/1.1 ----

    @Test
    void aClientOfHttp2ReachesAnOriginOfHttp1() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(
                    id,
                    false,
                    FramePeer.request(
                            "POST", "/a?b", "x-one", "1", "te", "trailers", "cookie", "a=1", "cookie", "b=2"));
            client.data(id, "hello", false);
            client.headers(id, true, "x-sum", "5");
            Wire origin = talk.originWire();
            String head = origin.readHead();
            String body = origin.readBody(head);
            String answer = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
                    + "HTTP/1.1 200 Fine\r\nX-A: b\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: max=1\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n5\r\nworld\r\n0\r\nX-End: yes\r\n\r\n";
            origin.send(answer);
            FramePeer.Message answered = client.message(id);

            assertThat(head)
                    .isEqualTo("POST /a?b HTTP/1.1\r\nx-one: 1\r\nte: trailers\r\nhost: localhost\r\n"
                            + "cookie: a=1; b=2\r\ntransfer-encoding: chunked\r\n\r\n");
            assertThat(body).isEqualTo("5\r\nhello\r\n0\r\nx-sum: 5\r\n\r\n");
            assertThat(answered.interims()).hasSize(1);
            assertThat(answered.head().status()).hasToString("200");
            assertThat(answered.field("x-a")).isEqualTo("b");
            for (String hop : List.of("connection", "x-hop", "keep-alive", "transfer-encoding")) {
                assertThat(answered.head().contains(hop)).as(hop).isFalse();
            }
            assertThat(answered.text()).isEqualTo("world");
            assertThat(answered.trailer("x-end")).isEqualTo("yes");
            check(
                    talk.settle(1).get(0),
                    client.sent(id),
                    client.received(id),
                    head.length() + body.length(),
                    answer.length());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "DELETE", "POST", "PUT"})
    void aRequestWithoutABodyHasNoChunks(String method) throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            Wire origin = null;
            for (int i = 0; i < 2; i++) {
                int id = client.newStream();
                client.headers(id, true, FramePeer.request(method, "/"));
                origin = origin == null ? talk.originWire() : origin;
                String head = origin.readHead();
                assertThat(head).doesNotContain("transfer-encoding");
                assertThat(head.contains("content-length: 0")).isEqualTo(method.equals("POST") || method.equals("PUT"));
                origin.send("HTTP/1.1 200 OK\r\nContent-Length: " + (method.equals("HEAD") ? 9 : 0) + "\r\n\r\n");
                assertThat(client.message(id).endsWithHead()).isTrue();
            }
            assertThat(talk.settle(2)).allMatch(each -> each.closed.reason() == CloseReason.COMPLETED);
        }
    }

    @Test
    void concurrentStreamsShareSixConnectionsAndTheOthersWait() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            int streams = 40;
            var active = new AtomicInteger();
            var most = new AtomicInteger();
            var connections = new AtomicInteger();
            Map<String, long[]> legs = new ConcurrentHashMap<>();
            Peer.async(() -> {
                while (true) {
                    Socket socket = talk.origin();
                    connections.incrementAndGet();
                    Peer.async(() -> {
                        var wire = new Wire(socket);
                        while (true) {
                            String asked = wire.readMessage();
                            most.accumulateAndGet(active.incrementAndGet(), Math::max);
                            String path = asked.substring(5, asked.indexOf(' ', 5));
                            String body = new String(
                                    Peer.patternBytes(Integer.parseInt(path) * 500), StandardCharsets.ISO_8859_1);
                            await().pollDelay(java.time.Duration.ofMillis(5)).until(() -> true);
                            active.decrementAndGet();
                            String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                            legs.put(path, new long[] {asked.length(), answer.length()});
                            wire.send(answer);
                        }
                    });
                }
            });
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                ids.add(client.get("/" + i));
            }
            for (int i = 0; i < streams; i++) {
                assertThat(client.message(ids.get(i)).body()).isEqualTo(Peer.patternBytes(i * 500));
            }

            List<TestLedger.Session> sessions = talk.settle(streams);

            assertThat(connections.get()).isBetween(2, 6);
            assertThat(most.get()).isBetween(2, 6);
            for (int i = 0; i < streams; i++) {
                long[] leg = Objects.requireNonNull(legs.get(Integer.toString(i)));
                check(sessions.get(i), client.sent(ids.get(i)), client.received(ids.get(i)), leg[0], leg[1]);
            }
        }
    }

    @Test
    void waitingStreamsGoOnWhenTheirOriginEndsEachConnection() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            Peer.async(() -> {
                while (true) {
                    Socket socket = talk.origin();
                    Peer.async(() -> {
                        var wire = new Wire(socket);
                        wire.readHead();
                        wire.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
                                .close();
                        return true;
                    });
                }
            });
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ids.add(client.get("/" + i));
            }
            for (int id : ids) {
                assertThat(client.message(id).text()).isEqualTo("ok");
            }
            assertThat(talk.settle(20)).allMatch(each -> each.closed.reason() == CloseReason.COMPLETED);
        }
    }

    @Test
    void aCancelledStreamTakesItsConnectionAndNoOther() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            int cancelled = client.get("/cancelled");
            Wire first = talk.originWire();
            first.readHead();
            int other = client.get("/other");
            Wire second = talk.originWire();
            second.readHead();
            client.reset(cancelled, 8);
            first.drain();
            second.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

            assertThat(client.message(other).text()).isEqualTo("ok");
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void bigBodiesPassBothWaysBetweenTheVersions() throws Exception {
        int size = 1_000_000;
        String body = new String(Peer.patternBytes(size), StandardCharsets.ISO_8859_1);
        try (var talk = InterceptedTalk.start(Layer.TLS, "http/1.1")) {
            FramePeer client = talk.frames();
            List<CompletableFuture<Boolean>> all = new ArrayList<>();
            Peer.async(() -> {
                while (true) {
                    Socket socket = talk.origin();
                    Peer.async(() -> {
                        var wire = new Wire(socket);
                        while (true) {
                            assertThat(Chunks.joined(wire.readMessage())).endsWith(body);
                            wire.send("HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n" + body);
                        }
                    });
                }
            });
            for (int i = 0; i < 4; i++) {
                int id = client.newStream();
                client.headers(id, false, FramePeer.request("POST", "/", "content-length", Integer.toString(size)));
                all.add(Peer.async(() -> {
                    client.data(id, Peer.patternBytes(size), true);
                    assertThat(client.message(id).text()).isEqualTo(body);
                    return true;
                }));
            }
            for (CompletableFuture<Boolean> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }

            for (TestLedger.Session session : talk.settle(4)) {
                assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                assertThat(session.counts().originUp()).isBetween((long) size, size + 200L);
                assertThat(session.counts().up()).isBetween((long) size, size + 2_000L);
            }
        }
    }
}
