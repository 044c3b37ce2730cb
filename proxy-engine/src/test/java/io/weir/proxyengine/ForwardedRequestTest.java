package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an origin gets of a request's head, and a client of a response's. */
@SuppressWarnings("StringConcatToTextBlock") // line ends are what matters here
class ForwardedRequestTest {

    @ParameterizedTest
    @CsvSource({
        "GET,/a/b?c=d&e,/a/b?c=d&e",
        "GET,?q=1,/?q=1",
        "GET,'',/",
        "GET,/%2e%2e/x//y,/%2e%2e/x//y",
        "OPTIONS,'',*",
        "OPTIONS,/,/",
        "PROPFIND,/dav,/dav",
    })
    void theOriginIsAskedInOriginForm(String method, String target, String asked) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(method + " " + talk.origin.url(target) + " HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n");

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send(Conversation.ok("hi"));

            assertThat(head).startsWith(method + " " + asked + " HTTP/1.1\r\n");
            assertThat(head)
                    .contains("\r\nhost: " + talk.origin.authority() + "\r\n")
                    .doesNotContain("elsewhere");
            assertThat(client.readMessage()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\nhi");
            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.counts())
                    .isEqualTo(new Tally(client.sent(), client.received(), 0, 0, head.length(), origin.sent()));
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.closed.status()).isEqualTo(200);
            assertThat(session.opened.method()).isEqualTo(method);
            assertThat(session.opened.host()).isEqualTo(talk.origin.authority());
        }
    }

    @Test
    void viaNamesTheProtocolAndThisNodeInBothDirections() throws Exception {
        try (var talk = Conversation.start(settings -> settings.nodeName("node-7"))) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.0\r\nVia: 1.1 first\r\n\r\n");

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nVia: 1.1 inner\r\nContent-Length: 0\r\n\r\n");

            assertThat(head).containsSubsequence("Via: 1.1 first\r\n", "via: 1.0 node-7\r\n");
            assertThat(client.readRest()).containsSubsequence("Via: 1.1 inner\r\n", "via: 1.1 node-7\r\n");
            talk.settle(1);
        }
    }

    @Test
    void hopByHopFieldsEndHere() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\nConnection: X-One, keep-alive\r\n"
                    + "Connection: x-two\r\nX-One: drop\r\nX-Two: drop\r\nX-Two: drop\r\nKeep-Alive: timeout=drop\r\n"
                    + "Proxy-Connection: drop\r\nProxy-Authorization: Basic drop\r\nTE: gzip;drop\r\nUpgrade: drop/2\r\n"
                    + "X-Three: keep\r\nAuthorization: keep\r\nCookie: keep\r\n\r\n");

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nConnection: X-Gone\r\nX-Gone: drop\r\nKeep-Alive: drop\r\n"
                    + "Proxy-Authenticate: drop\r\nUpgrade: h2c, drop\r\nX-Stay: keep\r\nContent-Length: 0\r\n\r\n");

            assertThat(head).doesNotContain("drop").doesNotContainIgnoringCase("\r\nconnection:");
            assertThat(head).contains("X-Three: keep\r\n", "Authorization: keep\r\n", "Cookie: keep\r\n");
            assertThat(client.readMessage()).doesNotContain("drop", "X-Gone").contains("X-Stay: keep\r\n");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Content-Length", "content-length, close", "Host", "host,Content-Length", "Transfer-Encoding"})
    void fieldsThatBoundOrRouteAMessageAreNoneThatConnectionCanDrop(String nominated) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Content-Length: 5\r\nConnection: " + nominated + "\r\n", "hello"));

            Wire origin = talk.origin.accept();
            String request = origin.readMessage();
            origin.send("HTTP/1.1 200 OK\r\nConnection: " + nominated + "\r\nContent-Length: 2\r\n\r\nhi");

            assertThat(request).contains("Content-Length: 5\r\n", "host: " + talk.origin.authority() + "\r\n");
            assertThat(request).endsWith("\r\n\r\nhello");
            assertThat(client.readMessage()).contains("Content-Length: 2\r\n").endsWith("\r\n\r\nhi");
            talk.settle(1);
        }
    }

    @Test
    void aChunkedMessageStaysChunkedWhateverConnectionNames() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post(
                    "/", "Transfer-Encoding: chunked\r\nConnection: Transfer-Encoding\r\n", "3\r\nabc\r\n0\r\n\r\n"));

            Wire origin = talk.origin.accept();
            String request = origin.readMessage();
            origin.send("HTTP/1.1 200 OK\r\nConnection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nhi\r\n0\r\n\r\n");

            assertThat(request).contains("transfer-encoding: chunked\r\n").endsWith("\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
            assertThat(client.readMessage()).endsWith("\r\n\r\n2\r\nhi\r\n0\r\n\r\n");
            talk.settle(1);
        }
    }

    @Test
    void theWishForTrailersPassesOn() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\nTE: deflate, trailers\r\n\r\n");

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send(Conversation.ok(""));

            assertThat(head).contains("te: trailers\r\n").containsIgnoringCase("connection: te\r\n");
            assertThat(head).doesNotContain("deflate");
            client.readMessage();
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @CsvSource({"TRACE,1,0", "OPTIONS,10,9", "GET,3,3"})
    void maxForwardsCountsTheHopsOfTraceAndOptions(String method, String before, String after) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(method + " " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\nMax-Forwards: " + before
                    + "\r\n\r\n");

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send(Conversation.ok(""));

            assertThat(head).containsIgnoringCase("\r\nmax-forwards: " + after + "\r\n");
            client.readMessage();
            talk.settle(1);
        }
    }

    @Test
    void aTraceWithoutHopsLeftIsEchoedWithoutSecrets() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("TRACE " + talk.origin.url("/x") + " HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\nX-Seen: yes\r\n"
                    + "Cookie: secret\r\nAuthorization: secret\r\nProxy-Authorization: secret\r\n\r\n");

            String answer = client.readRest();

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .contains("message/http", "TRACE http://", "X-Seen: yes");
            assertThat(answer).doesNotContain("secret");
            assertThat(talk.origin.isLeftAlone()).isTrue();
            talk.settle(1);
        }
    }

    @Test
    void anOptionsWithoutHopsLeftIsAnsweredHere() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("OPTIONS " + talk.origin.url("") + " HTTP/1.1\r\nHost: x\r\nMax-Forwards: 0\r\n\r\n");

            assertThat(client.readRest()).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\nAllow: ");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Via: 1.1 weir", "Via: 1.0 a, HTTP/1.1 weir (x), 1.1 b", "Via: 1.1 a\r\nVia: 1.1 weir"})
    void aRequestThatWasHereBeforeIsALoop(String via) throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\n" + via + "\r\n\r\n");

            assertThat(client.readRest())
                    .startsWith("HTTP/1.1 508 Loop Detected\r\n")
                    .contains("Proxy-Status: weir; error=proxy_loop_detected\r\n");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.DENIED);
        }
    }

    @Test
    void anExpectationPassesOnAndSoDoesItsAnswer() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Expect: 100-continue\r\nContent-Length: 5\r\n", ""));
            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send("HTTP/1.1 100 Continue\r\n\r\n");
            String interim = client.readHead();
            client.send("hello");
            String body = origin.read(5);
            origin.send(Conversation.ok("done"));

            assertThat(head).contains("Expect: 100-continue\r\n");
            assertThat(interim).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            assertThat(body).isEqualTo("hello");
            assertThat(client.readMessage()).endsWith("\r\n\r\ndone");
            talk.settle(1);
        }
    }

    @Test
    void anExpectationMayBeRefusedBeforeTheBody() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.post("/", "Expect: 100-continue\r\nContent-Length: 5\r\n", ""));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\n\r\n");

            assertThat(client.readRest()).startsWith("HTTP/1.1 417 ").containsIgnoringCase("\r\nconnection: close\r\n");
            talk.settle(1);
        }
    }

    @Test
    void aClientOfHttp10GetsNoInterimResponseAndItsExpectationIsIgnored() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send("POST " + talk.origin.url("/")
                    + " HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab");
            Wire origin = talk.origin.accept();
            String request = origin.readMessage();
            origin.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
            origin.send(Conversation.ok("done"));

            assertThat(request).doesNotContain("Expect").endsWith("ab");
            assertThat(client.readRest()).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\ndone");
            talk.settle(1);
        }
    }

    @Test
    void interimResponsesPassOnAskedForOrNot() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 100 Continue\r\n\r\n");
            String first = client.readHead();
            origin.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\n");
            String second = client.readHead();
            origin.send(Conversation.ok("done"));

            assertThat(first).startsWith("HTTP/1.1 100 Continue\r\n");
            assertThat(second).isEqualTo("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
            assertThat(client.readMessage()).endsWith("\r\n\r\ndone");
            client.send(talk.get("/2"));
            assertThat(origin.readHead()).startsWith("GET /2 ");
            origin.send(Conversation.ok("again"));
            assertThat(client.readMessage()).endsWith("\r\n\r\nagain");
            talk.settle(2);
        }
    }

    @Test
    void aFloodOfInterimResponsesIsCutOff() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 102 Processing\r\n\r\n".repeat(200));

            String all = client.readRest();

            assertThat(all.split("102 Processing", -1)).hasSizeLessThan(30);
            assertThat(all).contains("HTTP/1.1 502 Bad Gateway\r\n");
            TestLedger.Session session = talk.settleClients(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.BAD_RESPONSE);
            assertThat(session.closed.status()).isEqualTo(502);
        }
    }

    @Test
    void noSecretIsInAnyEvent() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(
                    "GET " + talk.origin.url("/public?token=canary&canary=1#").replace("#", "")
                            + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer canary\r\nCookie: canary=canary\r\n"
                            + "Proxy-Authorization: Basic canary\r\nReferer: http://canary/\r\n\r\n");
            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send("HTTP/1.1 200 OK\r\nSet-Cookie: canary\r\nContent-Length: 0\r\n\r\n");
            client.readMessage();
            Wire second = talk.client();
            second.send("GET http://user:canary@" + talk.origin.authority() + "/canary HTTP/1.1\r\nHost: x\r\n\r\n");
            String refused = second.readRest();
            Wire third = talk.client();
            third.send("GET /canary HTTP/1.1\r\nHost: canary\r\nCanary: canary\r\n\r\n");
            third.readRest();

            assertThat(head).doesNotContain("Proxy-Authorization").contains("token=canary");
            assertThat(refused).startsWith("HTTP/1.1 400 ").doesNotContain("canary");
            List<TestLedger.Session> all = talk.settle(3);
            assertThat(all.get(0).opened.url()).isEqualTo(talk.origin.url("/public?..."));
            for (TestLedger.Session session : all) {
                assertThat(session.opened + " " + session.closed + " " + session.originAddress)
                        .doesNotContain("canary");
            }
            assertThat(talk.proxy.ledger().notices().toString()).doesNotContain("canary");
        }
    }

    @Test
    void requestsOfOneConnectionGoEachToItsOwnOrigin() throws Exception {
        try (var talk = Conversation.start();
                var other = ScriptedOrigin.start()) {
            Wire client = talk.client();
            Wire first = null;
            Wire second = null;
            for (int i = 0; i < 3; i++) {
                client.send(talk.get("/one"));
                first = first == null ? talk.origin.accept() : first;
                assertThat(first.readHead())
                        .startsWith("GET /one HTTP/1.1\r\n")
                        .contains("host: " + talk.origin.authority());
                first.send(Conversation.ok("one"));
                assertThat(client.readMessage()).endsWith("one");
                client.send("GET " + other.url("/two") + " HTTP/1.1\r\nHost: " + other.authority() + "\r\n\r\n");
                second = second == null ? other.accept() : second;
                assertThat(second.readHead())
                        .startsWith("GET /two HTTP/1.1\r\n")
                        .contains("host: " + other.authority());
                second.send(Conversation.ok("two"));
                assertThat(client.readMessage()).endsWith("two");
            }

            List<TestLedger.Session> all = talk.settleClients(6);
            for (int i = 0; i < 6; i++) {
                assertThat(all.get(i).opened.url()).isEqualTo(i % 2 == 0 ? talk.origin.url("/one") : other.url("/two"));
            }
        }
    }

    @Test
    void aTargetThatOnlyBeginsLikeTheOneBeforeIsAnother() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            talk.origin.accept().readHead();
            talk.origin.wires().get(0).send(Conversation.ok("hi"));
            client.readMessage();

            client.send("GET http://" + talk.origin.authority() + "0/ HTTP/1.1\r\nHost: x\r\n\r\n");

            assertThat(client.readRest()).startsWith("HTTP/1.1 400 ");
            assertThat(talk.settleClients(2).get(1).closed.reason()).isEqualTo(CloseReason.BAD_REQUEST);
        }
    }

    @Test
    void aHeadKeepsItsBytesWhateverTheyAre() throws Exception {
        try (var talk = Conversation.start()) {
            Wire client = talk.client();
            byte[] value = {'x', (byte) 0xe9, (byte) 0x80, (byte) 0xff, 'y'};
            String text = new String(value, StandardCharsets.ISO_8859_1);
            client.send(("GET " + talk.origin.url("/") + " HTTP/1.1\r\nHost: x\r\nX-Bytes: " + text + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));

            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            origin.send(("HTTP/1.1 200 OK\r\nX-Bytes: " + text + "\r\nContent-Length: 0\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));

            assertThat(head).contains("X-Bytes: " + text + "\r\n");
            assertThat(client.readMessage()).contains("X-Bytes: " + text + "\r\n");
            talk.settle(1);
        }
    }

    @Test
    void aShortAnswerLeavesInOnePiece() throws Exception {
        try (var talk = Conversation.start();
                var client = talk.proxy.connect()) {
            client.getOutputStream().write(talk.get("/").getBytes(StandardCharsets.ISO_8859_1));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("b".repeat(1_024)));

            byte[] received = new byte[16 * 1024];
            int first = client.getInputStream().read(received);

            assertThat(new String(received, 0, first, StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 200 OK\r\n")
                    .endsWith("\r\n\r\n" + "b".repeat(1_024));
        }
    }
}
