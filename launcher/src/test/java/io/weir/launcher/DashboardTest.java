package io.weir.launcher;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page, in a real browser, on a real proxy that carries real traffic. */
class DashboardTest {
    private static final String EVIL =
            "\"><img src=x onerror=\"document.title='owned'\"><svg/onload=document.title='owned'>";
    private static final String JSON =
            "{\"hello\":\"<script>document.title='owned'</script>\",\"big\":12345678901234567890}";

    @TempDir
    static Path folder;

    private static WeirProcess weir;
    private static Browser browser;
    private static EchoOrigin echo;
    private static HttpServer web;

    @BeforeAll
    static void start() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
        browser = Browser.start();
        weir = WeirProcess.start(folder.resolve("data"), "--intercept", "--capture-bodies");
        echo = EchoOrigin.start();
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        web.createContext("/", exchange -> {
            byte[] body = JSON.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.getResponseHeaders().add("X-Evil", EVIL);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        web.start();
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        weir.close();
        echo.close();
        web.stop(0);
    }

    @AfterEach
    void nothingWasWrongWithThePage() {
        browser.assertNothingWasWrong();
    }

    private static Page open(String hash) {
        return open(hash, new NewContextOptions().setLocale("en-US").setAcceptDownloads(true));
    }

    private static Page open(String hash, NewContextOptions options) {
        Page page = browser.visit(weir.gatewayUrl("/?token=" + weir.token()), options);
        page.navigate(weir.gatewayUrl("/" + hash));
        return page;
    }

    private static Locator part(Page page, String name) {
        return page.locator("[data-test='" + name + "']");
    }

    private static Locator rowOf(Page page, String table, String text) {
        return part(page, table + "-row").filter(new Locator.FilterOptions().setHasText(text));
    }

    private static String webAuthority() {
        return "127.0.0.1:" + web.getAddress().getPort();
    }

    /** A plain request through the proxy, sent as it stands; the answer. */
    private static String request(String target, String... headers) throws IOException {
        var head = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: " + webAuthority() + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        try (Socket socket = weir.connect()) {
            socket.getOutputStream().write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void theTokenLeavesTheAddressBarAndStaysOutOfReachOfScripts() {
        Page page = browser.visit(weir.gatewayUrl("/?token=" + weir.token()));

        assertThat(page).hasURL(weir.gatewayUrl("/"));
        assertThat(page.evaluate("document.cookie").toString()).doesNotContain(weir.token());
        assertThat(part(page, "state")).hasAttribute("data-state", "live");
    }

    @Test
    void whoHasNoTokenIsAskedForIt() {
        Page page = browser.visit(weir.gatewayUrl("/"));
        part(page, "token").fill(weir.token());
        part(page, "token-go").click();

        assertThat(part(page, "state")).hasAttribute("data-state", "live");
        assertThat(page).hasURL(weir.gatewayUrl("/"));
    }

    @Test
    void theOverviewCountsWhatIsCarried() throws Exception {
        Page page = open("#/");
        assertThat(part(page, "verdict")).hasText("Every byte accounted for");

        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(3_000_000);

            part(page, "top-host-bytes").click();
            assertThat(part(page, "top-row")
                            .filter(new Locator.FilterOptions().setHasText(echo.authority()))
                            .first())
                    .isVisible();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> exact(part(page, "totals").textContent()) >= 3_000_000);
            assertThat(part(page, "trust-violations")).hasText("0");
            assertThat(part(page, "trust-unaccounted")).hasText("0");
        }
    }

    @Test
    void aHostOfShortRequestsHasARateToo() throws Exception {
        Page page = open("#/");
        Locator row = part(page, "top-host").locator("[data-name='" + webAuthority() + "'] .top-value");

        await().atMost(Duration.ofSeconds(20)).until(() -> {
            request("http://" + webAuthority() + "/short");
            return row.count() == 1 && row.textContent().endsWith("/s");
        });
    }

    @Test
    void agesGoByTheNodesClock() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(22_222);
            Page page = open("#/connections?state=open");
            page.clock()
                    .setSystemTime(
                            System.currentTimeMillis() + Duration.ofHours(3).toMillis());
            page.reload();

            Locator age = rowOf(page, "connections", "22.2 kB").locator("[data-col='age']");
            assertThat(age).hasText(Pattern.compile("\\d (ms|s)"));
        }
    }

    /** The greatest number of bytes that a text states in full. */
    private static long exact(String text) {
        return Pattern.compile("([\\d,]+) bytes")
                .matcher(text)
                .results()
                .mapToLong(found -> Long.parseLong(found.group(1).replace(",", "")))
                .max()
                .orElse(0);
    }

    @Test
    void theMinutesBeforeAreThereAtOnce() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(1_000_000);
        }
        await().atMost(Duration.ofSeconds(20))
                .until(() -> open("#/")
                        .evaluate(
                                "() => new Promise(done => { const s = new WebSocket('ws://' + location.host + '/start');"
                                        + " s.onopen = () => s.send(JSON.stringify({action: 'subscribe', topics: ['traffic']}));"
                                        + " s.onmessage = e => { const {history} = JSON.parse(e.data);"
                                        + " if (history) done(Math.max(0, ...history.down) > 0); }; })")
                        .equals(true));

        assertThat(part(open("#/"), "chart").locator("canvas")).isVisible();
    }

    @Test
    void aTunnelClosedFromThePageEndsItsClientsConnection() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority());
                var other = TunnelClient.open(weir, echo.authority())) {
            client.echo(54_321);
            Page page = open("#/connections?state=open");
            Locator row = rowOf(page, "connections", "54.3 kB");
            assertThat(row).hasCount(1);

            row.locator("[data-test='close-one']").click();
            part(page, "confirm-input").fill("because the test says so");
            part(page, "confirm-ok").click();

            client.awaitEnd();
            assertThat(row).hasCount(0);
            other.echo(10);
            assertThat(journal("CommandReceived")).contains("because the test says so");
        }
    }

    @Test
    void theFilteredAreClosedAndNothingElse() throws Exception {
        try (var near = EchoOrigin.start();
                var first = TunnelClient.open(weir, near.authority());
                var second = TunnelClient.open(weir, near.authority());
                var other = TunnelClient.open(weir, echo.authority())) {
            Page page = open("#/connections?host=" + near.authority());
            assertThat(part(page, "connections-row")).hasCount(2);

            part(page, "close-filtered").click();
            part(page, "confirm-ok").click();

            first.awaitEnd();
            second.awaitEnd();
            other.echo(10);
        }
    }

    @Test
    void comingBackWithAnotherFilterShowsWhatThatOneLeaves() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(33_333);
            Page page = open("#/connections?protocol=HTTP-MITM");
            assertThat(part(page, "connections-empty")).isVisible();

            part(page, "nav-logs").click();
            assertThat(part(page, "connections")).hasCount(0);
            page.evaluate("location.hash = '#/connections?state=open'");

            assertThat(rowOf(page, "connections", "33.3 kB")).hasCount(1);
        }
    }

    private static String journal(String kind) throws IOException {
        return WeirProcess.run(
                        "journal",
                        "cat",
                        "--kind",
                        kind,
                        "--data",
                        folder.resolve("data").toString())
                .out();
    }

    @Test
    void aSessionsPageShowsWhereItsBytesWentAndWhen() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(77_777);
            Page page = open("#/connections");
            rowOf(page, "connections", "77.8 kB").first().click();

            assertThat(part(page, "session-state")).hasText("Open");
            assertThat(part(page, "count-up")).containsText("77,777");
            assertThat(part(page, "session-facts")).containsText(echo.authority());
            client.echo(1_000);
            assertThat(part(page, "count-up")).containsText("78,777");
        }
    }

    @Test
    void theHistoryComesOutOfTheJournalAndCanBeTakenAlong() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(66_666);
        }
        Page page = open("#/history?range=all&host=" + echo.authority());
        assertThat(rowOf(page, "history", "66.7 kB").first()).isVisible();

        Download csv = page.waitForDownload(() -> part(page, "history-csv").click());
        Download lines = page.waitForDownload(() -> part(page, "history-jsonl").click());

        assertThat(Files.readString(csv.path())).contains(echo.authority()).contains("66666");
        assertThat(Files.readAllLines(lines.path()))
                .hasSameSizeAs(Files.readAllLines(csv.path())
                        .subList(1, Files.readAllLines(csv.path()).size()))
                .anyMatch(line -> line.contains("\"up\":66666"));
    }

    @Test
    void anExchangeIsShownWithItsHeadersTimesAndBody() throws Exception {
        request("http://" + webAuthority() + "/shown?token=secret", "Authorization: Bearer secret", "Accept: */*");
        Page page = open("#/exchanges");
        rowOf(page, "exchanges", "/shown").first().click();

        assertThat(part(page, "waterfall")).isVisible();
        part(page, "tab-request").click();
        assertThat(part(page, "request-headers")).containsText("Accept");
        assertThat(part(page, "redacted").first()).isVisible();
        assertThat(part(page, "exchange-pane")).not().containsText("Bearer secret");
        part(page, "tab-response").click();
        assertThat(part(page, "response-headers")).containsText("application/json");
        assertThat(part(page, "response-text")).containsText("12345678901234567890");
        page.keyboard().press("Escape");
        assertThat(part(page, "exchange-pane")).hasCount(0);
    }

    @Test
    void whatComesFromTheWireStaysText() throws Exception {
        request("http://" + webAuthority() + "/" + EVIL.replace(" ", "%20"));
        request("http://" + webAuthority() + "/evil-header");
        request("http://" + EVIL.replace(" ", "") + "/");
        request("http://" + webAuthority() + "/", "X-Evil: " + EVIL, "User-Agent: \u202e" + EVIL);

        for (String hash : List.of("#/", "#/connections", "#/history?range=all", "#/exchanges", "#/logs?level=DEBUG")) {
            Page page = open(hash);
            assertThat(part(page, "state")).hasAttribute("data-state", "live");
            if (hash.equals("#/exchanges")) {
                rowOf(page, "exchanges", "/evil-header").first().click();
                part(page, "tab-response").click();
                assertThat(part(page, "response-headers")).containsText("onerror=");
                assertThat(part(page, "response-text")).containsText("<script>");
            }
            assertThat(page.locator("img[src=x], svg[onload], main script")).hasCount(0);
            assertThat(page.title()).doesNotContain("owned");
        }
    }

    @Test
    void logLinesAreFollowedSearchedAndLeadToTheirSession() throws Exception {
        Page page = open("#/logs?level=DEBUG");
        assertThat(part(page, "state")).hasAttribute("data-state", "live");

        part(page, "search").fill(echo.authority());
        Locator link = part(page, "log-session").first();
        await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> { // a line that came before the subscription is not seen
                            try (var client = TunnelClient.open(weir, echo.authority())) {
                                client.echo(10);
                            }
                            return link.isVisible();
                        });
        link.click();

        assertThat(part(page, "session-facts")).containsText(echo.authority());
    }

    @ParameterizedTest
    @CsvSource({"en-US, Overview, Connections", "zh-CN, 总览, 连接"})
    void thePageSpeaksTheLanguageOfItsReader(String locale, String overview, String connections) {
        Page page = open("#/", new NewContextOptions().setLocale(locale));

        assertThat(part(page, "nav-overview")).hasText(overview);
        assertThat(part(page, "nav-connections")).hasText(connections);
        part(page, "language").click();
        assertThat(part(page, "nav-overview")).not().hasText(overview);
        page.reload();
        assertThat(part(page, "nav-overview")).not().hasText(overview); // the choice is kept
    }

    @ParameterizedTest
    @ValueSource(strings = {"#/", "#/connections", "#/history", "#/exchanges", "#/rules", "#/usage", "#/logs"})
    void nothingIsWiderThanAPhone(String hash) {
        Page page = open(hash, new NewContextOptions().setViewportSize(360, 740));

        assertThat(part(page, "state")).hasAttribute("data-state", "live");
        assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .isEqualTo(0);
    }

    @Test
    void whereThereAreNoRulesAndNoUsersThePageSaysHowToHaveThem() {
        Page page = open("#/rules");
        assertThat(part(page, "rules-none")).containsText("rules:");

        part(page, "nav-usage").click();
        assertThat(part(page, "usage-none")).containsText("quota-day");
    }

    @Test
    void theKeyboardIsEnough() throws Exception {
        try (var client = TunnelClient.open(weir, echo.authority())) {
            client.echo(45_678);
            Page page = open("#/");
            page.keyboard().press("g");
            page.keyboard().press("c");
            assertThat(part(page, "connections-grid")).isVisible();
            page.keyboard().press("/");
            page.keyboard().type(echo.authority());
            assertThat(rowOf(page, "connections", "45.7 kB").first()).isVisible();
            part(page, "connections-grid").focus();
            page.keyboard().press("Home");
            page.keyboard().press("Enter");

            assertThat(part(page, "session")).isVisible();
            page.keyboard().press("?");
            assertThat(part(page, "help")).isVisible();
        }
    }

    @Test
    void anOverloadedNodeSaysSoInBothLanguages() throws Exception {
        Path config = Files.writeString(folder.resolve("short.yaml"), "overload: {files: 30}\n");
        try (var little = WeirProcess.startWithFiles(200, folder.resolve("short"), "--config", config.toString())) {
            for (String locale : List.of("en-US", "zh-CN")) {
                Page page = browser.visit(
                        little.gatewayUrl("/?token=" + little.token()), new NewContextOptions().setLocale(locale));

                assertThat(part(page, "banner")).containsText(locale.equals("en-US") ? "Overloaded, " : "过载，");
                assertThat(part(page, "banner")).containsText("% of 200");
            }
        }
    }

    @Test
    void afterAKillAndAStartNoRowIsMissingOrTwice() throws Exception {
        Path data = folder.resolve("killed");
        try (var before = WeirProcess.start(data)) {
            Page page = browser.visit(
                    before.gatewayUrl("/?token=" + before.token()), new NewContextOptions().setLocale("en-US"));
            page.navigate(before.gatewayUrl("/#/connections"));
            try (var open = TunnelClient.open(before, echo.authority())) {
                open.echo(11_111);
                try (var closed = TunnelClient.open(before, echo.authority())) {
                    closed.echo(22_222);
                }
                assertThat(rowOf(page, "connections", "11.1 kB")).containsText("Active");
                assertThat(rowOf(page, "connections", "22.2 kB")).hasCount(1);
                before.kill();
            }
            assertThat(part(page, "banner")).containsText("Disconnected");

            try (var after = before.startAgain(data);
                    var client = TunnelClient.open(after, echo.authority())) {
                client.echo(33_333);

                var patient = new LocatorAssertions.ContainsTextOptions().setTimeout(40_000);
                assertThat(rowOf(page, "connections", "33.3 kB")).containsText("Active", patient);
                assertThat(rowOf(page, "connections", "11.1 kB")).not().containsText("Active");
                assertThat(part(page, "connections-row")).hasCount(3);
                assertThat(part(page, "banner")).hasText("");
            }
        }
    }
}
