package io.weir.launcher;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The page plays a recorded run: in a real browser, on a real journal. */
class ReplayDashboardTest {
    private static final int TUNNELS = 24;
    private static final long STEP_MILLIS = 250;

    @TempDir
    static Path folder;

    private static WeirProcess replay;
    private static Browser browser;

    @BeforeAll
    static void record() throws Exception {
        Path data = folder.resolve("data");
        try (var echo = EchoOrigin.start();
                var weir = WeirProcess.start(data)) {
            List<TunnelClient> open = new ArrayList<>();
            long begun = System.currentTimeMillis();
            for (int i = 0; i < TUNNELS; i++) {
                open.add(TunnelClient.open(weir, echo.authority()));
                for (TunnelClient client : open) {
                    client.echo(1_000 + 37 * i);
                }
                if (i % 4 == 3) {
                    open.remove(0).close();
                }
                long due = begun + (i + 1) * STEP_MILLIS; // so that there are some seconds to be played
                await().until(() -> System.currentTimeMillis() >= due);
            }
            for (TunnelClient client : open) {
                client.close();
            }
            weir.stop();
        }
        replay = WeirProcess.replay(data, "--step");
        browser = Browser.start();
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        replay.close();
    }

    private static Page open(String hash, NewContextOptions options) {
        Page page = browser.visit(replay.gatewayUrl("/?token=" + replay.token()), options);
        page.navigate(replay.gatewayUrl("/" + hash));
        return page;
    }

    private static Locator part(Page page, String name) {
        return page.locator("[data-test='" + name + "']");
    }

    private static JsonNode get(String target) throws Exception {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(replay.gatewayUrl(target)))
                                .header("Authorization", "Bearer " + replay.token())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return new JsonMapper().readTree(response.body());
    }

    private static long at(Page page) {
        return Long.parseLong(part(page, "player-time").getAttribute("data-at"));
    }

    /** The rows of the table: id, and bytes up and down as its hints tell them to the last digit. */
    private static Map<Long, String> shown(Page page) {
        Map<Long, String> rows = new TreeMap<>();
        Object found =
                page.evaluate("() => [...document.querySelectorAll(\"[data-test='connections-row']\")].map(row =>"
                        + " [row.dataset.key, ...['up', 'down'].map(col =>"
                        + " row.querySelector(`[data-col='${col}']`).title.split(' bytes')[0])].join(' '))");
        for (Object row : (List<?>) found) {
            String[] parts = row.toString().split(" ", -1);
            rows.put(Long.parseLong(parts[0]), parts[1].replace(",", "") + " " + parts[2].replace(",", ""));
        }
        return rows;
    }

    /** The same of what the journal says, as of a time. */
    private static Map<Long, String> recorded(long at) throws Exception {
        Map<Long, String> rows = new TreeMap<>();
        for (JsonNode row : get("/api/history/state?limit=2000&at=" + at).path("data")) {
            rows.put(
                    row.path("id").asLong(),
                    row.path("up").asLong() + " " + row.path("down").asLong());
        }
        return rows;
    }

    @Test
    void playedHaltedAndSentElsewhereTheTableShowsWhatWas() throws Exception {
        Page page = open(
                "#/connections?state=open",
                new NewContextOptions().setLocale("en-US").setViewportSize(1400, 1000));
        assertThat(part(page, "state")).hasText("REPLAY");
        assertThat(part(page, "close-all")).hasCount(0);
        JsonNode state = get("/api/replay");
        long from = state.path("from").asLong();
        long to = state.path("to").asLong();

        part(page, "player-speed-10").click();
        part(page, "player-toggle").click();
        assertThat(part(page, "player")).hasAttribute("data-state", "playing");
        await().atMost(Duration.ofSeconds(20)).until(() -> at(page) > from + 1_500);
        part(page, "player-toggle").click();
        assertThat(part(page, "player")).hasAttribute("data-state", "paused");
        assertShowsWhatWas(page);

        for (double part : new double[] {0.8, 0.3, 0.55, 0.54}) {
            long wanted = from + (long) (part * (to - from));
            part(page, "player-scrub")
                    .evaluate(
                            "(bar, value) => { bar.value = value; bar.dispatchEvent(new Event('input', {bubbles: true}));"
                                    + " bar.dispatchEvent(new Event('change', {bubbles: true})); }",
                            Long.toString(wanted - from));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> get("/api/replay").path("at").asLong() == wanted && at(page) == wanted);
            assertShowsWhatWas(page);
        }

        long sequence = get("/api/replay").path("sequence").asLong();
        part(page, "player-step").click();
        assertThat(part(page, "player-sequence")).hasAttribute("data-sequence", Long.toString(sequence + 1));
        assertThat(part(page, "close-one")).hasCount(0);
        browser.assertNothingWasWrong();
    }

    private static void assertShowsWhatWas(Page page) throws Exception {
        JsonNode there = get("/api/replay");
        Map<Long, String> expected = recorded(there.path("at").asLong());
        assertThat(expected).isNotEmpty();
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(shown(page)).isEqualTo(expected));
    }

    @ParameterizedTest
    @CsvSource({"en-US, REPLAY, #/", "zh-CN, 回放, #/history", "en-US, REPLAY, #/exchanges", "zh-CN, 回放, #/logs"})
    void everyPageSaysThatItIsAReplay(String locale, String mark, String hash) {
        Page page = open(hash, new NewContextOptions().setLocale(locale).setViewportSize(360, 740));

        assertThat(part(page, "state")).hasText(mark);
        assertThat(part(page, "player-toggle")).isVisible();
        assertThat(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
                .isEqualTo(0);
        browser.assertNothingWasWrong();
    }

    @Test
    void theKeyboardPlaysAndLeaps() {
        Page page = open("#/", new NewContextOptions().setLocale("en-US"));
        assertThat(part(page, "player-toggle")).isVisible();
        page.keyboard().press("ArrowRight");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> at(page) == get("/api/replay").path("to").asLong());
        page.keyboard().press("ArrowLeft");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> at(page) == get("/api/replay").path("from").asLong());
        page.keyboard().press(" ");
        assertThat(part(page, "player")).hasAttribute("data-state", "playing");
        page.keyboard().press(" ");
        assertThat(part(page, "player")).hasAttribute("data-state", "paused");
        browser.assertNothingWasWrong();
    }
}
