package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST /api/sessions/close}: what it does, and for whom it does nothing. */
class CloseByPostTest {
    private static final String ALL = "{\"all\":true}";
    private static final String JSON = "Content-Type: application/json";
    private static TestGateway gateway;
    private static ApiClient client;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start();
        client = ApiClient.of(gateway);
        for (long id = 1; id <= 9; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, (id % 3) + ".example", Tally.ZERO));
        }
        gateway.ledger.put(
                FakeLedger.row(10, 10, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "t.example:443", "", Tally.ZERO));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @BeforeEach
    void forget() {
        gateway.sessions.commands.clear();
    }

    private static String bearer() {
        return "Authorization: Bearer " + gateway.token.value();
    }

    private static String cookie() {
        return "Cookie: weir-" + gateway.port() + "=" + gateway.token.value();
    }

    private static String ours() {
        return "Origin: http://127.0.0.1:" + gateway.port();
    }

    /** A POST with a body of a known length. */
    private static String post(String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add("Content-Length: " + body.getBytes(StandardCharsets.ISO_8859_1).length);
        return send(body, all.toArray(String[]::new));
    }

    private static String send(String rest, String... headers) throws IOException {
        return gateway.raw("POST /api/sessions/close HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n"
                + String.join("\r\n", headers) + "\r\n\r\n" + rest);
    }

    private static void nothingWasDone() {
        assertThat(gateway.sessions.commands).isEmpty();
    }

    @Test
    void eachFormReachesTheSessionsOnceWithWhoAndWhy() throws Exception {
        assertThat(client.close("{\"id\":7,\"why\":\"too slow\"}")
                        .json()
                        .path("matched")
                        .intValue())
                .isEqualTo(1);
        assertThat(client.close("{\"id\":77}").json().path("matched").intValue())
                .isZero();
        assertThat(client.close("{\"ids\":[3,1,2,99,3]}").json().path("matched").intValue())
                .isEqualTo(3);
        assertThat(client.close("{\"ids\":[4],\"why\":\"\"}")
                        .json()
                        .path("matched")
                        .intValue())
                .isEqualTo(1);
        assertThat(client.close("{\"filter\":{\"host\":\"2.EXAMPLE\"},\"why\":\"x\"}")
                        .json()
                        .path("matched")
                        .intValue())
                .isEqualTo(3);
        assertThat(client.close("{\"filter\":{\"protocol\":\"https-tunnel\",\"q\":\"t.ex\"}}")
                        .json()
                        .path("matched")
                        .intValue())
                .isEqualTo(1);
        ApiClient.Reply all = client.close("{\"why\":\"stop\",\"all\":true}");

        assertThat(all.status()).isEqualTo(202);
        assertThat(all.contentType()).isEqualTo("application/json");
        assertThat(all.json().path("matched").intValue()).isEqualTo(10);
        assertThat(all.json().path("seq").longValue()).isPositive();
        String by = " by gateway client 127\\.0\\.0\\.1:\\d+";
        List<String> expected = List.of(
                "close 7" + by + " why too slow",
                "close 77" + by,
                "closeAll \\[1, 2, 3, 99\\] ids=1,2,3,99" + by,
                "close 4" + by,
                "closeAll \\[2, 5, 8\\] host=\"2.EXAMPLE\"" + by + " why x",
                "closeAll \\[10\\] q=\"t.ex\" protocol=\"https-tunnel\"" + by,
                "closeAll" + by + " why stop");
        assertThat(gateway.sessions.commands).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(gateway.sessions.commands.get(i)).matches(expected.get(i));
        }
    }

    @Test
    void aReasonIsOneLineOfPrintableText() throws Exception {
        client.close("{\"all\":true,\"why\":\" a\\r\\n\\u001b[31mb\\u202e\\u0000c\\ud800 \\t\\u00fc\\ud83d\\ude00 \"}");
        client.close("{\"all\":true,\"why\":\"" + "x".repeat(199) + "\\ud83d\\ude00yz\"}");
        client.close("{\"filter\":{\"host\":\"example\\n\\u001b\"}}");
        client.close("{\"filter\":{\"q\":\"a\\\" host=\\\"b\"}}");

        assertThat(gateway.sessions.commands.get(0)).endsWith(" why a [31mb c \u00fc\ud83d\ude00");
        assertThat(gateway.sessions.commands.get(1)).endsWith(" why " + "x".repeat(199));
        assertThat(gateway.sessions.commands.get(2)).contains(" host=\"example\\u{a}\\u{1b}\" by");
        assertThat(gateway.sessions.commands.get(3)).contains(" q=\"a\\\" host=\\\"b\" by");
    }

    @Test
    void aDashboardMayGiveAReasonToo() {
        try (Dashboard dashboard = gateway.dashboard()) {
            dashboard
                    .say("{\"action\":\"closeConnection\",\"id\":42,\"why\":\"a\\u0007b\"}")
                    .say("{\"action\":\"closeAllConnections\",\"why\":7}")
                    .subscribe("traffic")
                    .any("traffic", any -> true);

            assertThat(gateway.sessions.commands.get(0)).endsWith(" why a b");
            assertThat(gateway.sessions.commands.get(1)).doesNotContain(" why ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "true",
                "42",
                "\"all\"",
                "{}",
                "{\"why\":\"x\"}",
                "{\"all\":false}",
                "{\"all\":1}",
                "{\"all\":\"true\"}",
                "{\"all\":true}{}",
                "{\"all\":true,}",
                "{\"all\":true,\"all\":true}",
                "{\"all\":true,\"id\":7}",
                "{\"ids\":[1],\"filter\":{\"host\":\"a\"}}",
                "{\"all\":true,\"other\":1}",
                "{\"all\":true,\"why\":5}",
                "{\"all\":true,\"why\":null}",
                "{\"all\":true,\"why\":[\"x\"]}",
                "{\"All\":true}",
                "{\"id\":\"7\"}",
                "{\"id\":7.0}",
                "{\"id\":0}",
                "{\"id\":-7}",
                "{\"id\":1e3}",
                "{\"id\":9223372036854775808}",
                "{\"id\":99999999999999999999999999999999999999}",
                "{\"id\":null}",
                "{\"id\":NaN}",
                "{\"ids\":[]}",
                "{\"ids\":7}",
                "{\"ids\":[7,\"8\"]}",
                "{\"ids\":[7,null]}",
                "{\"ids\":[[7]]}",
                "{\"filter\":{}}",
                "{\"filter\":\"a\"}",
                "{\"filter\":{\"host\":\"\"}}",
                "{\"filter\":{\"host\":7}}",
                "{\"filter\":{\"hots\":\"a\"}}",
                "{\"filter\":{\"host\":\"a\",\"from\":1}}",
                "{\"filter\":{\"host\":\"a\",\"host\":\"b\"}}",
                "{\"filter\":{\"protocol\":\"FTP\"}}",
                "{\"filter\":[\"host\"]}",
                "{\"all\":true,\"why\":\"\u00ff\"}",
                "\u00fe\u00ff\u0000{\u0000}",
            })
    void whatIsNotExactlyAnOrderIsBadAndDoesNothing(String body) throws Exception {
        assertThat(post(body, JSON, bearer()))
                .startsWith("HTTP/1.1 400 ")
                .containsPattern("\\{\"error\":\"[^\r\n]{1,400}\"}$");
        nothingWasDone();
    }

    @Test
    void deepNestingIsBadAndDoesNotExhaustTheStack() throws Exception {
        assertThat(post("[".repeat(16_000), JSON, bearer())).startsWith("HTTP/1.1 400 ");
        assertThat(post("{\"a\":".repeat(3_000), JSON, bearer())).startsWith("HTTP/1.1 400 ");
        nothingWasDone();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example|COOKIE|JSON",
                "Origin: null|COOKIE|JSON",
                "Origin: http://127.0.0.1.evil.example:PORT|COOKIE|JSON",
                "Origin: http://user@127.0.0.1:PORT|COOKIE|JSON",
                "Origin: http://127.0.0.1:1|COOKIE|JSON",
                "Origin: |COOKIE|JSON",
                "OURS|OURS|COOKIE|JSON",
                "COOKIE|JSON",
                "OURS|Sec-Fetch-Site: cross-site|COOKIE|JSON",
                "OURS|Sec-Fetch-Site: same-site|COOKIE|JSON",
                "OURS|Sec-Fetch-Site: same-origin|Sec-Fetch-Site: cross-site|COOKIE|JSON",
                "OURS|Sec-Fetch-Site: Same-Origin|COOKIE|JSON",
                "Referer: http://127.0.0.1:PORT/|COOKIE|JSON",
                "Origin: http://evil.example|BEARER|JSON",
                "Sec-Fetch-Site: cross-site|BEARER|JSON",
            })
    void pageOfAnotherOriginDoesNothing(String headers) throws Exception {
        String[] filled = headers.replace("OURS", ours())
                .replace("COOKIE", cookie())
                .replace("BEARER", bearer())
                .replace("JSON", JSON)
                .replace("PORT", Integer.toString(gateway.port()))
                .split("\\|");

        assertThat(post(ALL, filled)).startsWith("HTTP/1.1 403 ").endsWith("{\"error\":\"Forbidden\"}");
        nothingWasDone();
    }

    @Test
    void ourOwnPageAndToolsMay() throws Exception {
        assertThat(post(ALL, JSON, cookie(), ours(), "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 202 ");
        assertThat(post(ALL, "content-type: Application/JSON ; charset=\"UTF-8\"", cookie(), ours()))
                .startsWith("HTTP/1.1 202 ");
        assertThat(post(ALL, JSON, bearer(), "Sec-Fetch-Site: none")).startsWith("HTTP/1.1 202 ");
        assertThat(gateway.sessions.commands).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-None: 1",
                "Content-Type: text/plain",
                "Content-Type: application/x-www-form-urlencoded",
                "Content-Type: multipart/form-data; boundary=x",
                "Content-Type: text/plain; a=application/json",
                "Content-Type: application/jsonp",
                "Content-Type: application/json, text/plain",
                "Content-Type: application/json; charset=utf-16",
                "Content-Type: application/json; charset=utf-8; x=y",
                "Content-Type: application/json|Content-Type: text/plain",
                "Content-Type: application/json|Content-Encoding: gzip",
                "Content-Type: ",
            })
    void whatAFormCanSendDoesNothing(String types) throws Exception {
        String[] headers = (types + "|" + cookie() + "|" + ours()).split("\\|");

        assertThat(post(ALL, headers)).startsWith("HTTP/1.1 415 ");
        nothingWasDone();
    }

    @Test
    void withoutTheTokenNothingIsReadAndNothingDone() throws Exception {
        assertThat(post(ALL, JSON)).startsWith("HTTP/1.1 401 ").endsWith("{\"error\":\"Unauthorized\"}");
        assertThat(post(ALL, JSON, "Authorization: Bearer wrong")).startsWith("HTTP/1.1 401 ");
        assertThat(post(ALL, JSON, "Cookie: weir-" + gateway.port() + "=wrong", ours()))
                .startsWith("HTTP/1.1 401 ");
        assertThat(send("", JSON, "Content-Length: 999999999")).startsWith("HTTP/1.1 401 ");
        nothingWasDone();
    }

    @Test
    void bodiesBeyondTheLimitAreRefusedBeforeOrWhileTheyCome() throws Exception {
        String longest = "{\"all\":true,\"why\":\"" + "x".repeat((16 << 10) - 21) + "\"}";
        assertThat(post(longest, JSON, bearer())).startsWith("HTTP/1.1 202 ");
        gateway.sessions.commands.clear();

        assertThat(post(longest + " ", JSON, bearer())).startsWith("HTTP/1.1 413 ");
        assertThat(send("", JSON, bearer(), "Content-Length: 9223372036854775807"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(send("", JSON, bearer(), "Content-Length: 9223372036854775808"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(send("", JSON, bearer(), "Content-Length: -1")).startsWith("HTTP/1.1 400 ");
        String chunk = "1000\r\n" + " ".repeat(0x1000) + "\r\n";
        assertThat(send(chunk.repeat(5) + "0\r\n\r\n", JSON, bearer(), "Transfer-Encoding: chunked"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(send(ALL, JSON, bearer())).startsWith("HTTP/1.1 411 ");
        nothingWasDone();
    }

    @Test
    void aChunkedBodyIsReadAsOneAndABrokenOneIsBad() throws Exception {
        String chunks = "1\r\n{\r\n5;a=b\r\n\"all\"\r\n6\r\n:true}\r\n0\r\nX-Trailer: y\r\n\r\n";
        assertThat(send(chunks, JSON, bearer(), "Transfer-Encoding: chunked")).startsWith("HTTP/1.1 202 ");
        gateway.sessions.commands.clear();

        assertThat(send("zz\r\n" + ALL, JSON, bearer(), "Transfer-Encoding: chunked"))
                .startsWith("HTTP/1.1 400 ");
        assertThat(send(chunks, JSON, bearer(), "Transfer-Encoding: gzip, chunked"))
                .doesNotStartWith("HTTP/1.1 2");
        assertThat(send(chunks, JSON, bearer(), "Transfer-Encoding: chunked", "Content-Length: 3"))
                .doesNotStartWith("HTTP/1.1 2");
        nothingWasDone();
    }

    @Test
    void clientThatWaitsToBeAskedForTheBodyIsAsked() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
            socket.setSoTimeout(20_000);
            String head = "POST /api/sessions/close HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n" + JSON
                    + "\r\n" + bearer() + "\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String go = "HTTP/1.1 100 Continue\r\n\r\n";
            assertThat(new String(socket.getInputStream().readNBytes(go.length()), StandardCharsets.US_ASCII))
                    .isEqualTo(go);

            socket.getOutputStream().write(ALL.getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 202 ");
        }
    }

    @Test
    void aBodyMustBeCompleteInTime() throws Exception {
        try (TestGateway hasty = TestGateway.start(limits -> {
            limits.headDeadline = Duration.ofMillis(100);
            return limits;
        })) {
            String begun = "POST /api/sessions/close HTTP/1.1\r\nHost: 127.0.0.1:" + hasty.port() + "\r\n" + JSON
                    + "\r\nAuthorization: Bearer " + hasty.token.value() + "\r\nContent-Length: 12\r\n\r\n{\"all\"";

            assertThat(hasty.raw(begun)).isEmpty();
            assertThat(hasty.sessions.commands).isEmpty();
        }
    }

    @Test
    void whatFollowsACommandOnItsConnectionIsDropped() throws Exception {
        String second = "POST /api/sessions/close HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n" + JSON
                + "\r\n" + bearer() + "\r\nContent-Length: 12\r\n\r\n" + ALL;

        assertThat(send(ALL + second, JSON, bearer(), "Content-Length: 12")).containsOnlyOnce("HTTP/1.1 ");

        assertThat(gateway.sessions.commands).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/sessions/close",
                "HEAD /api/sessions/close",
                "PUT /api/sessions/close",
                "DELETE /api/sessions/close",
                "OPTIONS /api/sessions/close",
                "PATCH /api/sessions/close",
                "post /api/sessions/close",
                "POST /api/sessions",
                "POST /api/sessions/7",
                "POST /api/totals",
                "POST /healthz",
                "POST /start",
                "POST /",
                "DELETE /api/sessions/7",
                "OPTIONS /api/sessions",
            })
    void otherMethodsAreNotAllowed(String line) throws Exception {
        String answer = gateway.raw(line + " HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n" + JSON + "\r\n"
                + bearer() + "\r\n\r\n");

        assertThat(answer)
                .startsWith("HTTP/1.1 405 ")
                .containsIgnoringCase(
                        line.endsWith("/api/sessions/close") ? "\r\nallow: POST\r\n" : "\r\nallow: GET, HEAD\r\n");
        nothingWasDone();
    }

    @Test
    void aBodyIsTooMuchForAnythingElse() throws Exception {
        String answer = gateway.raw("GET /api/totals HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port() + "\r\n" + bearer()
                + "\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(answer).startsWith("HTTP/1.1 413 ").endsWith("{\"error\":\"Request Entity Too Large\"}");
    }
}
