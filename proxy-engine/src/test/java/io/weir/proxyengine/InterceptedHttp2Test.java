package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.handler.codec.http2.Http2Headers;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.InterceptedTalk.Layer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/2 on both sides of an intercepted tunnel: each stream is an exchange, counted frame by frame. */
@Tag("jdk")
class InterceptedHttp2Test {
    private static final String[] OK = {":status", "200"};

    /** What one stream's session must say, given both ends. */
    private static void check(TestLedger.Session session, FramePeer client, int id, FramePeer origin, int originId) {
        assertThat(session.counts())
                .isEqualTo(new Tally(
                        client.sent(id), client.received(id), 0, 0, origin.received(originId), origin.sent(originId)));
    }

    @ParameterizedTest
    @EnumSource
    void aRequestAndItsResponseAreTheFramesOfTheirStream(Layer layer) throws Exception {
        try (var talk = InterceptedTalk.start(layer, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/a?b=c", "x-one", "1", "x-two", "2"));
            FramePeer origin = talk.originFrames();
            client.data(id, "question", true);
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, false, ":status", "201", "x-three", "3");
            origin.data(at, "answer", true);
            FramePeer.Message answered = client.message(id);

            assertThat(asked.text()).isEqualTo("question");
            assertThat(asked.head().method()).hasToString("POST");
            assertThat(asked.head().path()).hasToString("/a?b=c");
            assertThat(asked.head().authority()).hasToString("localhost");
            assertThat(asked.field("x-one") + asked.field("x-two")).isEqualTo("12");
            assertThat(answered.text()).isEqualTo("answer");
            assertThat(answered.head().status()).hasToString("201");
            assertThat(answered.field("x-three")).isEqualTo("3");
            TestLedger.Session session = talk.settle(1).get(0);
            check(session, client, id, origin, at);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(201);
            assertThat(session.exchange.clientProtocol()).isEqualTo("HTTP/2");
            assertThat(session.exchange.originProtocol()).isEqualTo("HTTP/2");
            talk.awaitOriginReadAll();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"200", "204", "304", "404"})
    void aResponseWithoutABodyEndsWithItsHead(String status) throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int head = client.newStream();
            client.headers(head, true, FramePeer.request("HEAD", "/"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.message(at);
            origin.headers(at, true, ":status", status, "content-type", "text/plain");

            FramePeer.Message answer = client.message(head);

            assertThat(answer.endsWithHead()).isTrue();
            assertThat(answer.head().status()).hasToString(status);
            check(talk.settle(1).get(0), client, head, origin, at);
        }
    }

    @Test
    void gRpcUnaryPassesWithItsTrailers() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(
                    id, false, FramePeer.request("POST", "/s/M", "te", "trailers", "content-type", "application/grpc"));
            client.data(id, "\0\0\0\0\5hello", true);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, false, ":status", "200", "content-type", "application/grpc");
            origin.data(at, "\0\0\0\0\3you", false);
            origin.headers(at, true, "grpc-status", "0", "grpc-message", "fine");
            FramePeer.Message answered = client.message(id);

            assertThat(asked.field("te")).isEqualTo("trailers");
            assertThat(answered.text()).isEqualTo("\0\0\0\0\3you");
            assertThat(answered.trailer("grpc-status")).isEqualTo("0");
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @Test
    void aResponseOfTrailersOnlyStaysOneHeadThatEndsTheStream() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/s/M", "te", "trailers"));
            client.data(id, "x", true);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.message(at);
            origin.headers(at, true, ":status", "200", "grpc-status", "5");

            FramePeer.Message answered = client.message(id);

            assertThat(answered.endsWithHead()).isTrue();
            assertThat(answered.field("grpc-status")).isEqualTo("5");
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @Test
    void messagesOfABidirectionalStreamPassOneByOne() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/s/Chat", "te", "trailers"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.head(at);
            origin.headers(at, false, OK);
            client.head(id);
            for (int i = 0; i < 10; i++) {
                client.data(id, "ping " + i, false);
                assertThat(origin.piece(at)).isEqualTo("ping " + i);
                origin.data(at, "pong " + i, false);
                assertThat(client.piece(id)).isEqualTo("pong " + i);
            }
            client.headers(id, true, "x-end", "client");
            assertThat(origin.head(at).get("x-end")).hasToString("client");
            origin.headers(at, true, "x-end", "origin");

            assertThat(client.head(id).get("x-end")).hasToString("origin");
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @Test
    void interimResponsesPass() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("PUT", "/", "expect", "100-continue"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            assertThat(origin.head(at).get("expect")).hasToString("100-continue");
            origin.headers(at, false, ":status", "100");
            assertThat(client.head(id).status()).hasToString("100");
            client.data(id, "body", true);
            assertThat(origin.piece(at)).isEqualTo("body");
            origin.headers(at, false, ":status", "103", "link", "</a.css>");
            origin.headers(at, false, OK);
            origin.data(at, "done", true);

            FramePeer.Message answer = client.message(id);

            assertThat(answer.interims()).hasSize(1);
            assertThat(answer.interims().get(0).get("link")).hasToString("</a.css>");
            assertThat(answer.text()).isEqualTo("done");
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void aHundredConcurrentStreamsAreCountedEachForItself(long seed) throws Exception {
        var random = new Random(seed);
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            FramePeer origin = talk.originFrames();
            Echo echo = Echo.serve(origin);
            List<Integer> ids = new ArrayList<>();
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int id = client.newStream();
                ids.add(id);
                byte[] body = new byte[random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(2_000)];
                random.nextBytes(body);
                int wanted = random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(2_000);
                client.headers(id, false, FramePeer.request("POST", "/" + i, "wanted", Integer.toString(wanted)));
                answers.add(Peer.async(() -> {
                    client.data(id, body, true);
                    FramePeer.Message message = client.message(id);
                    assertThat(message.body()).isEqualTo(Peer.patternBytes(wanted));
                    assertThat(message.field("got")).isEqualTo(Echo.digest(body));
                    return message.body();
                }));
            }
            for (CompletableFuture<byte[]> answer : answers) {
                answer.get(30, TimeUnit.SECONDS);
            }

            List<TestLedger.Session> sessions = talk.settle(100);

            for (TestLedger.Session session : sessions) {
                String path =
                        session.opened.url().substring(session.opened.url().lastIndexOf('/') + 1);
                int i = Integer.parseInt(path);
                check(session, client, ids.get(i), origin, echo.idOf("/" + i));
                assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            }
            talk.awaitOriginReadAll();
        }
    }

    @Test
    void aStreamWhoseClientDoesNotReadStopsItsOriginAndNoOtherStream() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int stalled = client.newStream();
            client.hold(stalled);
            client.headers(stalled, true, FramePeer.request("GET", "/stalled"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.message(at);
            origin.headers(at, false, OK);
            byte[] much = Peer.patternBytes(2_000_000);
            var writing = Peer.async(() -> {
                origin.data(at, much, true);
                return null;
            });
            await().until(() -> client.received(stalled) > 65_535);
            for (int i = 0; i < 20; i++) {
                int id = client.get("/" + i);
                int other = origin.awaitStream();
                origin.message(other);
                origin.headers(other, false, OK);
                origin.data(other, Peer.patternBytes(20_000), true);
                assertThat(client.message(id).body()).hasSize(20_000);
            }
            assertThat(writing.isDone()).isFalse();
            assertThat(origin.sent(at)).as("what the proxy let come").isLessThan(300_000);

            client.windowUpdate(stalled, 4_000_000);

            assertThat(client.message(stalled).body()).isEqualTo(much);
            writing.get(30, TimeUnit.SECONDS);
            TestLedger.Session session = talk.settle(21).get(0);
            check(session, client, stalled, origin, at);
        }
    }

    @Test
    void aStreamWhoseOriginDoesNotReadStopsItsClientAndNoOtherStream() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int stalled = client.newStream();
            client.headers(stalled, false, FramePeer.request("POST", "/stalled"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.hold(at);
            byte[] much = Peer.patternBytes(1_000_000);
            var writing = Peer.async(() -> {
                client.data(stalled, much, true);
                return null;
            });
            await().until(() -> origin.received(at) > 65_535);
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/other"));
            client.data(id, Peer.patternBytes(300_000), true);
            int other = origin.awaitStream();
            assertThat(origin.message(other).body()).hasSize(300_000);
            origin.headers(other, true, OK);
            client.message(id);
            assertThat(writing.isDone()).isFalse();
            assertThat(client.sent(stalled)).isLessThan(300_000);

            origin.windowUpdate(at, 4_000_000);

            writing.get(30, TimeUnit.SECONDS);
            assertThat(origin.message(at).body()).isEqualTo(much);
            origin.headers(at, true, OK);
            client.message(stalled);
            check(talk.settle(2).get(0), client, stalled, origin, at);
        }
    }

    @Test
    void tinyWindowsOfAClientAreKept() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames(FramePeer.INITIAL_WINDOW_SIZE, 100);
            int id = client.get("/");
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.message(at);
            origin.headers(at, false, OK);
            origin.data(at, Peer.patternBytes(5_000), false);
            origin.headers(at, true, "x-end", "yes");

            FramePeer.Message message = client.message(id);

            assertThat(message.body()).isEqualTo(Peer.patternBytes(5_000));
            assertThat(message.trailers()).isNotNull();
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(client.received(id)).isGreaterThan(5_000 + 50 * 9);
            check(session, client, id, origin, at);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 7, 8, 11})
    void aResetOfTheOriginReachesTheClientWithItsCode(long code) throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int early = client.get("/early");
            int late = client.get("/late");
            int fine = client.get("/fine");
            FramePeer origin = talk.originFrames();
            int first = origin.awaitStream();
            int second = origin.awaitStream();
            int third = origin.awaitStream();
            origin.reset(first, code);
            origin.headers(second, false, OK);
            origin.data(second, "part", false);
            assertThat(client.head(late).status()).hasToString("200");
            assertThat(client.piece(late)).isEqualTo("part");
            origin.reset(second, code);

            assertThat(client.awaitReset(early)).isEqualTo(code);
            assertThat(client.awaitReset(late)).isEqualTo(code);
            origin.headers(third, true, OK);
            client.message(fine);

            List<TestLedger.Session> sessions = talk.settle(3);
            check(sessions.get(0), client, early, origin, first);
            check(sessions.get(1), client, late, origin, second);
            check(sessions.get(2), client, fine, origin, third);
            assertThat(sessions)
                    .extracting(each -> each.closed.reason())
                    .containsExactly(CloseReason.ORIGIN_RESET, CloseReason.ORIGIN_RESET, CloseReason.COMPLETED);
            assertThat(sessions.get(0).exchange.error()).isNotEmpty();
        }
    }

    @Test
    void aResetOfTheClientCancelsTheStreamAtTheOrigin() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/"));
            client.data(id, "part", false);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.head(at);
            assertThat(origin.piece(at)).isEqualTo("part");
            origin.headers(at, false, OK);
            client.head(id);
            client.reset(id, 8);

            assertThat(origin.awaitReset(at)).isEqualTo(8);
            int next = client.get("/next");
            int other = origin.awaitStream();
            origin.headers(other, true, OK);
            client.message(next);
            List<TestLedger.Session> sessions = talk.settle(2);
            check(sessions.get(0), client, id, origin, at);
            assertThat(sessions.get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void aGoodbyeOfTheOriginReachesTheClientAndOpenStreamsFinish() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int one = client.get("/1");
            int two = client.get("/2");
            FramePeer origin = talk.originFrames();
            int first = origin.awaitStream();
            int second = origin.awaitStream();
            origin.goAway(second, 0);

            assertThat(client.awaitGoAway()).isEqualTo(two);
            origin.headers(first, false, OK);
            origin.data(first, "one", true);
            assertThat(client.message(one).text()).isEqualTo("one");
            origin.headers(second, false, OK);
            origin.data(second, Peer.patternBytes(100_000), true);
            assertThat(client.message(two).body()).hasSize(100_000);
            await().until(() -> client.isEnded() && origin.isEnded());
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions).allMatch(each -> each.closed.reason() == CloseReason.COMPLETED);
            check(sessions.get(1), client, two, origin, second);
        }
    }

    @Test
    void aStreamThatTheOriginSaysItHasNotSeenMayBeTriedAgain() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int one = client.get("/1");
            int two = client.get("/2");
            FramePeer origin = talk.originFrames();
            int first = origin.awaitStream();
            origin.awaitStream();
            origin.goAway(first, 0);

            assertThat(client.awaitReset(two)).as("REFUSED_STREAM").isEqualTo(7);
            origin.headers(first, true, OK);
            client.message(one);
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(sessions.get(1).closed.reason()).isNotEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void cookiesStayAsTheyWereSplit() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, true, FramePeer.request("GET", "/", "cookie", "a=1", "cookie", "b=2", "x", "y"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, true, ":status", "200", "set-cookie", "c=3", "set-cookie", "d=4");
            FramePeer.Message answer = client.message(id);

            assertThat(asked.head().getAll("cookie")).hasToString("[a=1, b=2]");
            assertThat(answer.head().getAll("set-cookie")).hasToString("[c=3, d=4]");
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @Test
    void anExtendedConnectCarriesAWebSocketWhereTheOriginAllowsIt() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            FramePeer origin = talk.originFrames(FramePeer.ENABLE_CONNECT_PROTOCOL, 1);
            assertThat(client.awaitSetting(FramePeer.ENABLE_CONNECT_PROTOCOL)).isEqualTo(1);
            int id = client.newStream();
            client.headers(
                    id,
                    false,
                    ":method",
                    "CONNECT",
                    ":protocol",
                    "websocket",
                    ":scheme",
                    "https",
                    ":path",
                    "/chat",
                    ":authority",
                    "localhost",
                    "sec-websocket-version",
                    "13");
            int at = origin.awaitStream();
            Http2Headers head = origin.head(at);
            origin.headers(at, false, OK);
            client.head(id);
            client.data(id, "\u0081\u0082\0\0\0\0hi\u0081\u0080\0\0\0\0", false);
            assertThat(origin.piece(at)).hasSize(14);
            origin.data(at, "\u0081\u0003you", false);
            assertThat(client.piece(id)).hasSize(5);
            client.data(id, "", true);
            assertThat(origin.piece(at)).isEmpty();
            origin.data(at, "", true);
            assertThat(client.piece(id)).isEmpty();

            assertThat(head.get(":protocol")).hasToString("websocket");
            assertThat(head.path()).hasToString("/chat");
            TestLedger.Session session = talk.settle(1).get(0);
            check(session, client, id, origin, at);
            assertThat(session.exchange.framesUp()).isEqualTo(2);
            assertThat(session.exchange.framesDown()).isEqualTo(1);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void paddingAndPriorityCountAndDoNotPassOn() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/"));
            client.frame(FramePeer.PRIORITY, 0, id, new byte[] {0, 0, 0, 0, 7});
            client.padded(id, "hello".getBytes(StandardCharsets.US_ASCII), 200, true);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, false, OK);
            origin.padded(at, "world".getBytes(StandardCharsets.US_ASCII), 100, true);

            assertThat(client.message(id).text()).isEqualTo("world");
            assertThat(asked.text()).isEqualTo("hello");
            assertThat(client.sent(id)).isGreaterThan(200);
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {16_384, 9_000})
    void aHeadOfManyFramesIsCountedWhole(int frameMax) throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                fields.add("x-" + i);
                fields.add(Integer.toString(i).repeat(500));
            }
            client.headers(id, true, frameMax, FramePeer.request("GET", "/", fields.toArray(String[]::new)));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            List<String> answer = new ArrayList<>(List.of(OK));
            answer.addAll(fields);
            origin.headers(at, true, frameMax, answer.toArray(String[]::new));
            FramePeer.Message answered = client.message(id);

            assertThat(client.sent(id)).isGreaterThan(frameMax);
            assertThat(asked.field("x-49")).hasSize(1000);
            assertThat(answered.field("x-49")).hasSize(1000);
            check(talk.settle(1).get(0), client, id, origin, at);
        }
    }

    /** In plain text, each write of the test is a segment of its own, most likely. */
    @Test
    void framesThatComeByteByByteAreCountedAsIfWhole() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.PLAIN)) {
            FramePeer client = talk.frames();
            FramePeer origin = talk.originFrames();
            int warm = client.get("/0");
            int first = origin.awaitStream();
            origin.headers(first, true, OK);
            client.message(warm);
            var slow = new SlowFrames(client);
            int id = client.newStream();
            slow.headers(id, 9, 20, FramePeer.request("POST", "/slow", "x-long", "abc".repeat(30)));
            slow.data(id, "hello");
            int at = origin.awaitStream();
            FramePeer.Message asked = origin.message(at);
            origin.headers(at, true, OK);
            client.message(id);

            assertThat(asked.text()).isEqualTo("hello");
            TestLedger.Session session = talk.settle(2).get(1);
            assertThat(session.counts().up()).isEqualTo(slow.sent());
            assertThat(session.counts().originUp()).isEqualTo(origin.received(at));
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheRequestArrivesWhole() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames(FramePeer.INITIAL_WINDOW_SIZE, 1000);
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/"));
            client.data(id, "part", false);
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.head(at);
            origin.piece(at);
            origin.headers(at, false, ":status", "413");
            origin.data(at, Peer.patternBytes(5_000), true);
            origin.reset(at, 0);

            FramePeer.Message answer = client.message(id);

            assertThat(answer.body()).isEqualTo(Peer.patternBytes(5_000));
            assertThat(client.awaitReset(id)).as("NO_ERROR").isZero();
            int next = client.get("/next");
            int other = origin.awaitStream();
            origin.headers(other, true, OK);
            client.message(next);
            TestLedger.Session session = talk.settle(2).get(0);
            check(session, client, id, origin, at);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(413);
        }
    }

    @Test
    void aRequestGoesOnAfterItsAnswer() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int id = client.newStream();
            client.headers(id, false, FramePeer.request("POST", "/"));
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.head(at);
            origin.headers(at, true, ":status", "202");
            assertThat(client.message(id).head().status()).hasToString("202");
            client.data(id, Peer.patternBytes(200_000), true);
            int bytes = 0;
            while (bytes < 200_000) {
                bytes += origin.piece(at).length();
            }

            TestLedger.Session session = talk.settle(1).get(0);

            check(session, client, id, origin, at);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void streamsBeyondWhatTheOriginAllowsWait() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            FramePeer origin = talk.originFrames(FramePeer.MAX_CONCURRENT_STREAMS, 2);
            assertThat(client.awaitSetting(FramePeer.MAX_CONCURRENT_STREAMS)).isBetween(2, 128);
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                ids.add(client.get("/" + i));
            }
            var answering = Peer.async(() -> {
                int answered = 0;
                for (int at = origin.awaitStream(); at > 0; at = origin.awaitStream()) {
                    origin.headers(at, true, OK);
                    answered++;
                }
                return answered;
            });
            int answered = 0;
            for (int id : ids) {
                try {
                    client.message(id);
                    answered++;
                } catch (FramePeer.StreamEnded refused) {
                    assertThat(refused.code).as("REFUSED_STREAM").isEqualTo(7);
                }
            }

            talk.settle(answered);
            assertThat(answering.get(30, TimeUnit.SECONDS)).isEqualTo(answered);
        }
    }

    @Test
    void anOriginThatBreaksOffLeavesTheClientWithoutDoubt() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int begun = client.get("/begun");
            int waiting = client.get("/waiting");
            FramePeer origin = talk.originFrames();
            int first = origin.awaitStream();
            origin.awaitStream();
            origin.headers(first, false, OK);
            client.head(begun);
            origin.socket().close();

            assertThatThrownBy(() -> client.message(begun)).isInstanceOf(FramePeer.StreamEnded.class);
            assertThat(client.message(waiting).head().status()).hasToString("502");
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions)
                    .allMatch(each -> each.closed.reason() == CloseReason.ORIGIN_RESET
                            || each.closed.reason() == CloseReason.ORIGIN_ABORTED);
            assertThat(sessions.get(1).counts().down()).isEqualTo(client.received(waiting));
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleEndsItsStreamsAsAborted() throws Exception {
        try (var talk = InterceptedTalk.start(Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            client.get("/");
            FramePeer origin = talk.originFrames();
            int at = origin.awaitStream();
            origin.headers(at, false, OK);
            client.head(1);

            TestLedger.Session session = talk.settle(1).get(0);

            assertThat(session.closed.reason()).isIn(CloseReason.CLIENT_ABORTED, CloseReason.CLIENT_RESET);
            check(session, client, 1, origin, at);
        }
    }
}
