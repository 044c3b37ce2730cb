package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.eventbus.CloseReason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies in both directions: how they are bounded, that they stream, and what happens when they break off. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what matters here
class BodyTest {
    private static final byte[] MIB = "0123456789abcdef".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
    private static final int USER_SPACE_BYTES = 1 << 20;

    @Test
    void theFirstChunkArrivesBeforeTheLastIsSent() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Transfer-Encoding: chunked\r\n", "5\r\nfirst\r\n"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            String up = origin.read("5\r\nfirst\r\n".length());
            client.send("4;ext=1\r\nlast\r\n0\r\n\r\n");
            String upRest = origin.read("4\r\nlast\r\n0\r\n\r\n".length());
            origin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            client.readHead();
            String down = client.read("5\r\nfirst\r\n".length());
            origin.send("0000004\r\nlast\r\n00\r\n\r\n");

            assertThat(up).isEqualTo("5\r\nfirst\r\n");
            assertThat(upRest).isEqualTo("4\r\nlast\r\n0\r\n\r\n");
            assertThat(down).isEqualTo("5\r\nfirst\r\n");
            assertThat(client.read("4\r\nlast\r\n0\r\n\r\n".length())).isEqualTo("4\r\nlast\r\n0\r\n\r\n");
            talk.settle(1);
        }
    }

    @Test
    void trailersPassOnInBothDirectionsExceptThoseThatCouldHarm() throws Exception {
        try (var talk = Conversation.start()) {
            String body = "2\r\nhi\r\n0\r\nX-Sum: 1\r\nHost: evil\r\nContent-Length: 3\r\nTransfer-Encoding: x\r\n"
                    + "Authorization: evil\r\nX-More: 2\r\nConnection: X-Sum\r\n\r\n";
            Wire client = talk.client();
            client.send(talk.post("/", "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", body));
            Wire origin = talk.origin.accept();
            String request = origin.readMessage();
            origin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);

            assertThat(request).endsWith("\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
            assertThat(client.readMessage()).endsWith("\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD,200 OK,Content-Length: 12",
        "HEAD,200 OK,Transfer-Encoding: chunked",
        "HEAD,404 Not Found,X: y",
        "GET,204 No Content,X: y",
        "GET,204 No Content,Content-Length: 0",
        "GET,304 Not Modified,Content-Length: 12",
        "GET,205 Reset Content,Content-Length: 0",
        "POST,201 Created,Content-Length: 0",
    })
    void aResponseWithoutABodyEndsWithItsHeadAndTheConnectionsStay(String method, String status, String field)
            throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(method + talk.get("/1").substring(3));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 " + status + "\r\n" + field + "\r\n\r\n");
            String head = client.readHead();
            client.send(talk.get("/2"));
            origin.readHead();
            origin.send(Conversation.ok("two"));

            assertThat(head).startsWith("HTTP/1.1 " + status + "\r\n");
            assertThat(head).doesNotContainIgnoringCase("transfer-encoding");
            if (status.startsWith("204")) {
                assertThat(head).doesNotContain("Content-Length");
            } else if (field.startsWith("Content-Length")) {
                assertThat(head).contains(field);
            }
            assertThat(client.readMessage()).endsWith("\r\n\r\ntwo");
            talk.settle(2);
        }
    }

    @Test
    void aBodyThatEndsWithTheOriginsConnectionIsChunkedForAClientOfHttp11() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/1"));
            Wire first = talk.origin.accept();
            first.readHead();
            first.send("HTTP/1.1 200 OK\r\n\r\nall of it");
            first.finish();
            String message = client.readMessage();
            client.send(talk.get("/2"));
            Wire second = talk.origin.accept();
            second.readHead();
            second.send(Conversation.ok("two"));

            assertThat(message).contains("transfer-encoding: chunked\r\n").endsWith("9\r\nall of it\r\n0\r\n\r\n");
            assertThat(client.readMessage()).endsWith("two");
            talk.settle(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0 200 OK\r\n\r\nall of it", "HTTP/1.1 200 OK\r\n\r\nall of it"})
    void aBodyThatEndsWithTheOriginsConnectionDoesSoForAClientOfHttp10(String answer) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(answer).finish();

            String all = client.readRest();
            assertThat(all).containsIgnoringCase("\r\nconnection: close\r\n").endsWith("\r\n\r\nall of it");
            assertThat(all).doesNotContainIgnoringCase("transfer-encoding");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @Test
    void aChunkedBodyIsUnpackedForAClientOfHttp10() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\nX-T: 1\r\n\r\n");

            assertThat(client.readRest()).endsWith("\r\n\r\nabcd").doesNotContainIgnoringCase("chunked");
            talk.settle(1);
        }
    }

    @Test
    void theAnswerMayComeBeforeTheRequestIsWhole() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 1000000\r\n", "part"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.read(4);
            origin.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig");
            String answer = client.readMessage();
            client.send("more that is thrown away");

            assertThat(answer).containsIgnoringCase("\r\nconnection: close\r\n").endsWith("big");
            assertThat(client.readRest()).isEmpty();
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(413);
        }
    }

    @Test
    void anAnswerMayStreamWhileTheRequestStillDoes() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Transfer-Encoding: chunked\r\n", "4\r\nping\r\n"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npong\r\n");
            client.readHead();
            assertThat(origin.read(9)).isEqualTo("4\r\nping\r\n");
            assertThat(client.read(9)).isEqualTo("4\r\npong\r\n");
            client.send("4\r\nmore\r\n0\r\n\r\n");
            assertThat(origin.read(14)).isEqualTo("4\r\nmore\r\n0\r\n\r\n");
            origin.send("0\r\n\r\n");

            assertThat(client.readRest()).isEqualTo("0\r\n\r\n");
            talk.settle(1);
        }
    }

    @Test
    void aClientThatEndsItsHalfInTheMiddleOfItsBodyStillGetsTheAnswerThatHadBegun() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 100\r\n", "part"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
            client.readHead();
            client.finish();

            assertThat(origin.readRest()).isEqualTo("part");
            origin.send("done");
            assertThat(client.readRest()).isEqualTo("done");
            talk.settle(1);
        }
    }

    @Test
    void aClientThatEndsInTheMiddleOfItsBodyEndsTheExchange() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 100\r\n", "part"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.read(4);
            client.finish();

            assertThat(origin.readRest()).isEmpty();
            assertThat(client.readRest()).isEmpty();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLIENT_ABORTED);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 10\r\n\r\npart",
                "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n",
                "Transfer-Encoding: chunked\r\n\r\n9\r\npart",
                "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n0\r\n"
            })
    void anAnswerThatBreaksOffNeverLooksWhole(String part) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\n" + part).finish();
            client.readHead();

            assertThat(client.readRest()).contains("part").doesNotContain("\r\n0\r\n\r\n");
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.ORIGIN_ABORTED);
            assertThat(session.closed.status()).isEqualTo(200);
        }
    }

    @Test
    void aChunkedAnswerThatBreaksOffIsAResetForAClientOfHttp10() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n");
            client.readHead();
            assertThat(client.read(4)).isEqualTo("part");
            origin.finish();

            assertThatThrownBy(client::readRest).isInstanceOf(java.net.SocketException.class);
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.ORIGIN_ABORTED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n"})
    void anOriginThatEndsWithoutAnAnswerIsABadGateway(String part) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 2\r\n", "ab"));
            Wire origin = talk.origin.accept();
            origin.readMessage();
            origin.send(part).close();

            String answer = client.readRest();
            assertThat(answer).startsWith("HTTP/1.1 502 Bad Gateway\r\n").contains("Proxy-Status: weir; error=");
            assertThat(answer).contains("\r\nConnection: close\r\n");
            assertThat(talk.settle(1).get(0).closed.reason())
                    .isIn(CloseReason.ORIGIN_ABORTED, CloseReason.BAD_RESPONSE);
        }
    }

    @Test
    void anOriginThatDiesWhileTheRequestStreamsIsABadGateway() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 100\r\n", "part"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.read(4);
            origin.reset();

            assertThat(client.readRest()).startsWith("HTTP/1.1 502 ");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.0", "1.1"})
    void anAnswerThatIsEndedByCommandNeverLooksWhole(String version) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/" + version + "\r\nHost: x\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\n\r\npart");
            client.readHead();
            client.read(version.equals("1.0") ? 4 : "4\r\npart\r\n".length());
            TestLedger.Session open = talk.proxy.ledger().awaitSession(session -> true);
            talk.proxy.engine().closeSession(open.opened.sessionId(), "test", "");

            assertThat(client.drain()).isEqualTo(version.equals("1.1"));
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
        }
    }

    @Test
    void aLargeAnswerIsReadNoFasterThanTheClientTakesIt() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            int times = 64;
            origin.send("HTTP/1.1 200 OK\r\nContent-Length: " + (long) MIB.length * times + "\r\n\r\n");
            try (var writer = Stalled.write(origin, MIB, times)) {
                writer.awaitStandstill();
                TestLedger.Session session = talk.proxy.ledger().sessions().get(0);
                long held = session.counts().originDown() - session.counts().down();

                assertThat(held).isBetween(0L, (long) USER_SPACE_BYTES);
                assertThat(session.counts().originDown()).isLessThan((long) MIB.length * times / 2);

                client.readHead();
                for (int i = 0; i < times; i++) {
                    assertThat(client.read(MIB.length)).hasSize(MIB.length);
                }
                writer.join();
                talk.settle(1);
            }
        }
    }

    @Test
    void aLargeRequestIsReadNoFasterThanTheOriginTakesIt() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            int times = 64;
            client.send(talk.post("/", "Content-Length: " + (long) MIB.length * times + "\r\n", ""));
            Wire origin = talk.origin.accept();
            try (var writer = Stalled.write(client, MIB, times)) {
                writer.awaitStandstill();
                TestLedger.Session session = talk.proxy.ledger().sessions().get(0);
                long held = session.counts().up() - session.counts().originUp();

                assertThat(held).isBetween(-200L, (long) USER_SPACE_BYTES);
                assertThat(session.counts().up()).isLessThan((long) MIB.length * times / 2);

                origin.readHead();
                for (int i = 0; i < times; i++) {
                    assertThat(origin.read(MIB.length)).hasSize(MIB.length);
                }
                writer.join();
                origin.send(Conversation.ok("done"));
                assertThat(client.readMessage()).endsWith("done");
                talk.settle(1);
            }
        }
    }

    @Test
    void aBodyWaitsInTheKernelWhileThereIsNoOriginToTakeIt() throws Exception {
        try (var talk = Conversation.start();
                var full = FullBacklog.start()) {
            Wire client = talk.client();
            client.send(
                    "POST http://" + full.authority() + "/ HTTP/1.1\r\nHost: x\r\nContent-Length: 67108864\r\n\r\n");
            try (var writer = Stalled.write(client, MIB, 64)) {
                assertThat(writer.awaitStandstill()).isLessThan(48 << 20);
                TestLedger.Session session = talk.proxy.ledger().sessions().get(0);
                assertThat(session.counts().originUp()).isZero();
            }
        }
    }
}
