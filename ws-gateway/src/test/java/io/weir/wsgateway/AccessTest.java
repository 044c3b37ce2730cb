package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTest {
    private static TestGateway shared;

    @BeforeAll
    static void start() {
        shared = TestGateway.start();
    }

    @AfterAll
    static void stop() {
        shared.close();
    }

    private static String tokenQuery() {
        return "?token=" + shared.token.value();
    }

    private static String filled(String text) {
        return text.replace("PORT", Integer.toString(shared.port()))
                .replace("OTHER", Integer.toString(shared.port() == 65_535 ? 1 : shared.port() + 1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "http://evil.example",
                "http://evil.example:PORT",
                "http://127.0.0.1:PORT.evil.example",
                "http://127.0.0.1.evil.example:PORT",
                "http://127.0.0.1:PORT@evil.example",
                "http://user@127.0.0.1:PORT",
                "http://127.0.0.1:OTHER",
                "http://127.0.0.1",
                "ftp://127.0.0.1:PORT",
                "http://127.0.0.1:PORT/",
                "http://127.0.0.1:PORT http://evil.example",
                "http://2130706433:PORT",
                "http://localhost.:PORT",
                "//127.0.0.1:PORT",
                "file://",
            })
    void pageOfAnotherOriginCannotOpenASocketEvenWithTheToken(String origin) throws IOException {
        String answer = shared.refusedUpgrade("/start" + tokenQuery(), "Origin: " + filled(origin));

        assertThat(answer).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void twoOriginsAreRefused() throws IOException {
        String ours = filled("Origin: http://127.0.0.1:PORT");

        assertThat(shared.refusedUpgrade("/start" + tokenQuery(), ours, ours)).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void cookieWithoutOriginDoesNotOpenASocket() throws IOException {
        String cookie = filled("Cookie: weir-PORT=" + shared.token.value());

        assertThat(shared.refusedUpgrade("/start", cookie)).startsWith("HTTP/1.1 403 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:PORT",
                "127.0.0.1:OTHER",
                "127.0.0.1",
                "localhost.:PORT",
                "0x7f.1:PORT",
                "user@127.0.0.1:PORT",
                "[::2]:PORT",
                "[::ffff:127.0.0.1]:PORT",
                "weir.example:PORT",
                "proxy.example",
                "127.0.0.1:PORT, evil.example",
                "127.0.0.1:",
                "",
            })
    void unknownHostIsMisdirected(String host) throws IOException {
        String answer = shared.raw("GET /healthz HTTP/1.1\r\nHost: " + filled(host) + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 421 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:PORT",
                "localhost:PORT",
                "LOCALHOST:PORT",
                "[::1]:PORT",
                "[0:0:0:0:0:0:0:1]:PORT",
                "weir.example",
                "weir.example:443",
                "proxy.example:9443",
            })
    void ownNamesAndConfiguredOnesAreAnswered(String host) throws IOException {
        String answer = shared.raw("GET /healthz HTTP/1.1\r\nHost: " + filled(host) + "\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET http://example.com/ HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
                "GET http://127.0.0.1:PORT/healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
                "CONNECT example.com:443 HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
                "OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
                "GET /healthz HTTP/1.1\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nHost: evil.example\r\n\r\n",
                "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nBad\u0000Name: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002 not HTTP at all\r\n\r\n",
                "GET /api/totals?a=%zz HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n",
            })
    void malformedOrForeignRequestIsBad(String request) throws IOException {
        assertThat(shared.raw(filled(request))).startsWith("HTTP/1.1 400 ");
    }

    @Test
    void bodiesAndOtherMethodsAreRefused() throws IOException {
        String host = filled(" HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n");

        assertThat(shared.raw("GET /healthz" + host + "Content-Length: 5\r\n\r\nhello"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(shared.raw("GET /healthz" + host + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(shared.raw("DELETE /healthz" + host + "\r\n")).startsWith("HTTP/1.1 405 ");
    }

    @Test
    void longHeadIsRefused() throws IOException {
        assertThat(shared.get("/" + "a".repeat(9000))).startsWith("HTTP/1.1 414 ");
        assertThat(shared.get("/healthz", "X-Long: " + "a".repeat(17_000))).startsWith("HTTP/1.1 431 ");
    }

    @Test
    void headMustBeCompleteInTime() throws IOException {
        try (TestGateway hasty = TestGateway.start(limits -> {
            limits.headDeadline = Duration.ofMillis(50);
            return limits;
        })) {
            assertThat(hasty.raw("GET /healthz HTTP/1.1\r\nHost:")).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/start",
                "/api/totals",
                "/api/sessions",
                "/api/sessions?state=closed&limit=x",
                "/api/sessions/1",
                "/api/sessions/1/timeline",
                "/api/exchanges",
                "/api/build",
                "/api/openapi.json",
                "/api/none",
                "/whatever",
                "/app/main.js/"
            })
    void nothingIsSaidWithoutTheToken(String target) throws IOException {
        assertThat(shared.refusedUpgrade(target))
                .startsWith("HTTP/1.1 401 ")
                .endsWith(
                        target.startsWith("/api/") ? "\r\n\r\n{\"error\":\"Unauthorized\"}" : "\r\n\r\nUnauthorized\n");
    }

    @Test
    void onlyTheTokenItselfOpens() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            String right = gateway.token.value();
            String swapped = right.toUpperCase(Locale.ROOT).equals(right)
                    ? right.toLowerCase(Locale.ROOT)
                    : right.toUpperCase(Locale.ROOT);
            for (String wrong : List.of("", right.substring(0, right.length() - 1), right + "A", swapped, "%C3%BC")) {
                assertThat(gateway.refusedUpgrade("/start?token=" + wrong)).startsWith("HTTP/1.1 401 ");
            }
            assertThat(gateway.get("/api/totals", "Authorization: Basic " + right))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(gateway.get("/api/totals?token=" + right + "&token=" + right))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(gateway.get("/api/totals", "Authorization: Bearer " + right))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(gateway.get("/api/totals", "Cookie: a=b; weir-" + gateway.port() + "=" + right))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void guessingIsSlowedDownAndTheRightTokenIsNot() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            for (int i = 0; i < 10; i++) {
                assertThat(gateway.get("/api/totals?token=wrong")).startsWith("HTTP/1.1 401 ");
            }

            assertThat(gateway.get("/api/totals?token=wrong")).startsWith("HTTP/1.1 429 ");
            assertThat(gateway.get("/api/totals?token=" + gateway.token.value()))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void pageTradesTheTokenForACookieAndAnAddressWithoutIt() throws IOException {
        String answer = shared.get("/" + tokenQuery());

        assertThat(answer)
                .startsWith("HTTP/1.1 303 ")
                .containsIgnoringCase("\r\nLocation: /\r\n")
                .containsIgnoringCase("\r\nset-cookie: weir-" + shared.port() + "=" + shared.token.value()
                        + "; HttpOnly; SameSite=Strict; Path=/\r\n");
        assertThat(shared.get("/?token=wrong")).startsWith("HTTP/1.1 401 ").doesNotContainIgnoringCase("set-cookie");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/app/main.js",
                "/app.css",
                "/healthz",
                "/readyz",
                "/api/totals",
                "/start",
                "/none",
                "/?token=wrong"
            })
    void everyAnswerHasTheSecurityHeaders(String target) throws IOException {
        assertThat(shared.get(target)).satisfies(AccessTest::hasSecurityHeaders);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site", "Same-Origin", ""})
    void cookieAnswersNoPageOfAnotherOrigin(String site) throws IOException {
        String cookie = filled("Cookie: weir-PORT=" + shared.token.value());

        assertThat(shared.get("/api/totals", cookie, "Sec-Fetch-Site: " + site)).startsWith("HTTP/1.1 403 ");
        assertThat(shared.get("/api/totals", cookie, "Sec-Fetch-Site: same-origin"))
                .startsWith("HTTP/1.1 200 ");
        assertThat(shared.get("/api/totals" + tokenQuery(), "Sec-Fetch-Site: cross-site"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void refusalsOfBadRequestsHaveTheSecurityHeadersToo() throws IOException {
        assertThat(shared.raw("nonsense\r\n\r\n")).satisfies(AccessTest::hasSecurityHeaders);
        assertThat(shared.raw("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n"))
                .satisfies(AccessTest::hasSecurityHeaders)
                .doesNotContain("evil.example");
    }

    private static void hasSecurityHeaders(String answer) {
        assertThat(answer)
                .contains("\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; ")
                .contains("frame-ancestors 'none'; base-uri 'none'; form-action 'none'; connect-src 'self'")
                .doesNotContain("unsafe-")
                .contains("\r\nReferrer-Policy: no-referrer\r\n")
                .contains("\r\nX-Content-Type-Options: nosniff\r\n")
                .containsPattern("(?i)\r\ncache-control: no-(store|cache)\r\n")
                .containsPattern("(?i)\r\ncontent-type: [a-z]+/[a-z]+")
                .containsPattern("(?i)\r\nconnection: close\r\n");
    }

    @Test
    void eachFileOfThePageSaysWhatItIs() throws IOException {
        assertThat(shared.get("/")).containsIgnoringCase("\r\ncontent-type: text/html; charset=utf-8\r\n");
        assertThat(shared.get("/app/main.js"))
                .containsIgnoringCase("\r\ncontent-type: text/javascript; charset=utf-8\r\n");
        assertThat(shared.get("/app.css")).containsIgnoringCase("\r\ncontent-type: text/css; charset=utf-8\r\n");
    }

    @Test
    void pageMayConnectToItsOwnHostAndIsNotStored() throws IOException {
        assertThat(shared.get("/"))
                .startsWith("HTTP/1.1 200 ")
                .contains(filled("connect-src 'self' ws://127.0.0.1:PORT wss://127.0.0.1:PORT\r\n"))
                .containsIgnoringCase("\r\ncache-control: no-store\r\n")
                .doesNotContainPattern("<script(?! src)|<style| style=| on[a-z]+=");
    }

    @Test
    void clientsBeyondTheLimitAreTurnedAwayUntilOneLeaves() throws IOException {
        try (TestGateway small = TestGateway.start(limits -> {
            limits.maxClients = 2;
            return limits;
        })) {
            Dashboard first = small.dashboard();
            Dashboard second = small.dashboard();

            assertThat(small.refusedUpgrade("/start?token=" + small.token.value()))
                    .startsWith("HTTP/1.1 503 ");

            second.close();
            Awaitility.await().ignoreExceptions().until(() -> {
                small.dashboard().close();
                return true;
            });
            first.close();
        }
    }
}
