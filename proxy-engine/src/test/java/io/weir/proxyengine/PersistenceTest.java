package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections that carry more than one exchange, and those that must not. */
class PersistenceTest {

    @Test
    void bothConnectionsCarryTheNextExchange() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            String first = client.readMessage();
            client.send(talk.post("/2", "Content-Length: 3\r\n", "two"));
            String second = origin.readMessage();
            origin.send(Conversation.ok("2"));

            assertThat(first).endsWith("one").doesNotContainIgnoringCase("connection:");
            assertThat(second).startsWith("POST /2 ").endsWith("two");
            assertThat(client.readMessage()).endsWith("2");
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(0).counts().up()).isEqualTo(talk.get("/1").length());
            assertThat(sessions.get(0).counts().down()).isEqualTo(first.length());
            assertThat(sessions.get(1).counts().originUp()).isEqualTo(second.length());
            assertThat(talk.origin.isLeftAlone()).isTrue();
        }
    }

    @Test
    void anIdleConnectionServesOtherClientsToo() throws Exception {
        try (var talk = Conversation.start()) {
            Wire first = talk.client();
            first.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            first.readMessage();
            Wire second = talk.client();
            second.send(talk.get("/2"));

            assertThat(origin.readHead()).startsWith("GET /2 ");
            origin.send(Conversation.ok("two"));
            assertThat(second.readMessage()).endsWith("two");
            talk.settle(2);
        }
    }

    @Test
    void aRequestThatItsClientsEndCutShortBehindAnotherEndsWithIt() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1") + talk.post("/2", "Content-Length: 100\r\n", "only this"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            client.finish();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> talk.proxy.ledger().sessions().size() == 1);
            origin.send(Conversation.ok("one"));

            assertThat(client.readMessage()).endsWith("one");
            List<TestLedger.Session> sessions = talk.settleClients(2);
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 50})
    void pipelinedRequestsAreAnsweredInOrderOverOneOriginConnection(int count) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(
                    IntStream.range(0, count).mapToObj(i -> talk.get("/" + i)).collect(Collectors.joining()));
            client.finish();
            Wire origin = talk.origin.accept();
            for (int i = 0; i < count; i++) {
                assertThat(origin.readHead()).startsWith("GET /" + i + " ");
                origin.send(Conversation.ok("answer " + i));
            }
            for (int i = 0; i < count; i++) {
                assertThat(client.readMessage()).endsWith("\r\n\r\nanswer " + i);
            }

            assertThat(client.readRest()).isEmpty();
            List<TestLedger.Session> sessions = talk.settle(count);
            for (int i = 0; i < count; i++) {
                assertThat(sessions.get(i).counts().up())
                        .isEqualTo(talk.get("/" + i).length());
                assertThat(sessions.get(i).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            }
            assertThat(talk.origin.isLeftAlone()).isTrue();
        }
    }

    @Test
    void pipelinedBodiesStayWithTheirRequests() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            String one = talk.post("/1", "Content-Length: 3\r\n", "one");
            String two = talk.post("/2", "Transfer-Encoding: chunked\r\n", "3\r\ntwo\r\n0\r\n\r\n");
            String three = talk.get("/3");
            client.send(one + two + three);
            Wire origin = talk.origin.accept();
            assertThat(origin.readMessage()).startsWith("POST /1 ").endsWith("\r\n\r\none");
            origin.send(Conversation.ok("1"));
            assertThat(origin.readMessage()).startsWith("POST /2 ").endsWith("\r\n\r\n3\r\ntwo\r\n0\r\n\r\n");
            origin.send(Conversation.ok("2"));
            assertThat(origin.readMessage()).startsWith("GET /3 ");
            origin.send(Conversation.ok("3"));

            assertThat(client.readMessage() + client.readMessage() + client.readMessage())
                    .containsSubsequence("\r\n\r\n1", "\r\n\r\n2", "\r\n\r\n3");
            List<TestLedger.Session> sessions = talk.settle(3);
            assertThat(sessions.get(0).counts().up()).isEqualTo(one.length());
            assertThat(sessions.get(1).counts().up()).isEqualTo(two.length());
            assertThat(sessions.get(2).counts().up()).isEqualTo(three.length());
        }
    }

    @Test
    void whatFollowsInThePipelineIsNotReadWithoutBound() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/slow"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            byte[] next = talk.get("/next").repeat(1000).getBytes(StandardCharsets.US_ASCII);
            try (var writer = Stalled.write(client, next, 1000)) {

                assertThat(writer.awaitStandstill()).isLessThan(next.length * 1000L / 2);

                origin.send(Conversation.ok("slow"));
                assertThat(client.readMessage()).endsWith("slow");
                assertThat(origin.readHead()).startsWith("GET /next ");
            }
        }
    }

    @Test
    void bytesAfterTheLastRequestGetASessionOfTheirOwn() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1") + "GET http://half");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            client.readMessage();
            client.finish();
            client.readRest();

            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(1).counts().up()).isEqualTo("GET http://half".length());
            assertThat(sessions.get(1).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
            assertThat(sessions.get(1).closed.status()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET http://a/ HTTP/1.1\r\n", "GET http://a/ HTTP/1.1\r\nHost: a\r\nX", "\r\n"})
    void aHeadThatIsNeverFinishedCounts(String part) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(part).finish();

            assertThat(client.readRest()).isEmpty();
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.counts().up()).isEqualTo(part.length());
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
        }
    }

    @Test
    void aTunnelMayFollowAnExchangeAndNothingInItIsARequest() throws Exception {
        try (var talk = Conversation.start()) {
            String connect = "CONNECT " + talk.origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n";
            String raw = talk.get("/raw");
            Wire client = talk.client();
            client.send(talk.get("/1") + connect + raw);
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            Wire tunnel = talk.origin.accept();

            assertThat(tunnel.read(raw.length())).isEqualTo(raw);
            assertThat(client.readMessage()).endsWith("one");
            assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
            tunnel.send("bye").finish();
            client.finish();
            assertThat(client.readRest()).isEqualTo("bye");
            List<TestLedger.Session> sessions = talk.settle(2);
            assertThat(sessions.get(1).counts().overheadUp()).isEqualTo(connect.length());
            assertThat(sessions.get(1).counts().up()).isEqualTo(raw.length());
        }
    }

    @Test
    void garbageBehindARequestIsRefusedAfterItsAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1") + "\u0000\u0001garbage\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));

            assertThat(client.readMessage()).endsWith("one");
            assertThat(client.readRest()).startsWith("HTTP/1.1 400 ");
            assertThat(talk.settle(2).get(1).closed.reason()).isEqualTo(CloseReason.BAD_REQUEST);
        }
    }

    @Test
    void aClientOfHttp10IsKeptIfItAsks() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            for (int i = 0; i < 2; i++) {
                client.send("GET " + talk.origin.url("/" + i) + " HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
                Wire origin =
                        i == 0 ? talk.origin.accept() : talk.origin.wires().get(0);
                assertThat(origin.readHead()).startsWith("GET /" + i + " HTTP/1.1\r\n");
                origin.send(Conversation.ok("hi"));
                assertThat(client.readMessage()).containsIgnoringCase("\r\nconnection: keep-alive\r\n");
            }
            talk.settle(2);
        }
    }

    @Test
    void aClientOfHttp10IsNotKeptOtherwise() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("hi"));

            assertThat(client.readRest())
                    .containsIgnoringCase("\r\nconnection: close\r\n")
                    .endsWith("hi");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HTTP/1.0 200 OK,Content-Length: 2",
        "HTTP/1.1 200 OK,Connection: close\\r\\nContent-Length: 2",
        "HTTP/1.1 200 OK,Proxy-Connection: close\\r\\nContent-Length: 2",
    })
    void anOriginThatDoesNotKeepTheConnectionIsNotAskedAgainOnIt(String line, String fields) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send(line + "\r\n" + fields.replace("\\r\\n", "\r\n") + "\r\n\r\nhi");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200 OK").endsWith("hi");
            assertThat(first.readRest()).isEmpty();
            client.send(talk.get("/2"));
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.settle(2);
        }
    }

    @Test
    void anOriginOfHttp10MayAskToBeKept() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi");
            client.readMessage();
            client.send(talk.get("/2"));

            assertThat(origin.readHead()).startsWith("GET /2 ");
            origin.send(Conversation.ok("two"));
            client.readMessage();
            talk.settle(2);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi','HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nevil'",
        "GET,'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi',tail",
        "GET,'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi','\\r\\n'",
        "GET,'HTTP/1.1 204 No Content\\r\\n\\r\\n',evil",
        "GET,'HTTP/1.1 204 No Content\\r\\nContent-Length: 4\\r\\n\\r\\n',evil",
        "GET,'HTTP/1.1 304 Not Modified\\r\\nContent-Length: 4\\r\\n\\r\\n',evil",
        "HEAD,'HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\n',evil",
        "HEAD,'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n','4\\r\\nevil\\r\\n0\\r\\n\\r\\n'",
        "GET,'HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n','HTTP/1.1 200 OK\\r\\n'",
        "GET,'HTTP/1.1 103 Early\\r\\n\\r\\nHTTP/1.1 204 No Content\\r\\n\\r\\n','HTTP/1.1 103 Early\\r\\n\\r\\n'",
    })
    void aConnectionOnWhichMoreCameThanWasAskedForIsNotUsedAgain(String method, String answer, String more)
            throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(method + talk.get("/1").substring(3));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send((answer + more).replace("\\r\\n", "\r\n"));
            String got = client.readHead();
            if (got.startsWith("HTTP/1.1 103")) {
                got = client.readHead();
            }
            if (got.contains("Content-Length: 2")) {
                assertThat(client.read(2)).isEqualTo("hi");
            } else if (answer.endsWith("0\\r\\n\\r\\n")) {
                assertThat(client.read(5)).isEqualTo("0\r\n\r\n");
            }
            first.drain();
            client.send(talk.get("/2"));
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("\r\n\r\ntwo");
            talk.settleClients(2);
        }
    }

    @Test
    void anAnswerToNobodyEndsAnIdleConnection() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send(Conversation.ok("one"));
            client.readMessage();
            first.send(Conversation.ok("evil"));
            first.drain();
            client.send(talk.get("/2"));
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.settleClients(2);
        }
    }

    @Test
    void anAnswerThatComesTogetherWithTheOneBeforeItIsNeverTheNextOnesAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1") + talk.get("/2"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send(Conversation.ok("one") + Conversation.ok("evil"));
            assertThat(client.readMessage()).endsWith("one");
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.settleClients(2);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRequestThatMayBeRepeatedIsRepeatedOnceIfItsConnectionWasStale(boolean reset) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire stale = talk.origin.accept();
            stale.readHead();
            stale.send(Conversation.ok("one"));
            client.readMessage();
            client.send(talk.get("/2"));
            stale.readHead();
            if (reset) {
                stale.reset();
            } else {
                stale.close();
            }
            Wire fresh = talk.origin.accept();
            assertThat(fresh.readHead()).startsWith("GET /2 ");
            fresh.close();

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ");
            assertThat(talk.origin.isLeftAlone()).isTrue();
            assertThat(talk.settle(2).get(1).closed.reason())
                    .isIn(CloseReason.ORIGIN_ABORTED, CloseReason.ORIGIN_RESET);
        }
    }

    @Test
    void aRequestThatMayNotBeRepeatedIsNot() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire stale = talk.origin.accept();
            stale.readHead();
            stale.send(Conversation.ok("one"));
            client.readMessage();
            client.send(talk.post("/2", "Content-Length: 2\r\n", "ab"));
            stale.readMessage();
            stale.close();

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ").contains("error=connection_terminated");
            assertThat(talk.origin.isLeftAlone()).isTrue();
            talk.settle(2);
        }
    }

    @Test
    void aConnectionThatTheOriginEndedWhileIdleIsNotUsed() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send(Conversation.ok("one"));
            client.readMessage();
            first.finish();
            assertThat(first.readRest()).isEmpty();
            client.send(talk.post("/2", "Content-Length: 2\r\n", "ab"));
            Wire second = talk.origin.accept();
            second.readMessage();
            second.send(Conversation.ok("two"));

            assertThat(client.readMessage()).endsWith("two");
            talk.settle(2);
        }
    }

    @Test
    void anIdleClientIsLetGo() throws Exception {
        try (var talk = Conversation.start(settings -> settings.keepAliveTimeout(Duration.ofMillis(300)))) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            client.readMessage();

            assertThat(client.readRest()).isEmpty();
            assertThat(origin.readRest()).isEmpty();
            talk.settle(1);
            await().until(() -> talk.proxy.engine().connections() == 0);
        }
    }

    @Test
    void aClientThatNeverSpeaksIsLetGo() throws Exception {
        try (var talk = Conversation.start(settings -> settings.headTimeout(Duration.ofMillis(300)))) {
            Wire client = talk.client();

            assertThat(client.readRest()).isEmpty();
            assertThat(talk.proxy.ledger().sessions()).isEmpty();
        }
    }
}
