package io.weir.launcher;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser.NewContextOptions;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.PlaywrightAssertions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the page and the metrics show of users and rules, in a real browser, on a node that has both. */
class PolicyDashboardTest {
    private static final String EVIL = "<img src=x onerror=document.title=1>";

    /** Whose passwords are their names. */
    private static final String USERS = "anna:$2y$04$KBCwKxOzLha2MUDgW0PjXelUKIF7aXZ8XksjhYvK6rTVVOrheiPfS\n"
            + "bob:$2y$04$KBCwKxOzLha2MUDgW0PjXeaFkPGFeRxqJNRRpnQoOJzgwZHkEAzHO\n";

    @TempDir
    static Path folder;

    private static Path data;
    private static WeirProcess weir;
    private static Browser browser;
    private static EchoOrigin echo;

    @BeforeAll
    static void start() throws Exception {
        PlaywrightAssertions.setDefaultAssertionTimeout(20_000);
        data = Files.createDirectory(folder.resolve("data"));
        Path users = Files.writeString(folder.resolve("users"), USERS);
        Files.writeString(
                data.resolve("weir.yaml"),
                "proxy: {users: \"" + users + "\"}\nlimits: {quotas: [anna day=240000]}\nrules:\n"
                        + "  - 'refuse host=.ads.example status=451 text=\"" + EVIL + "\" name=ads'\n"
                        + "  - allow user=bob name=bobs\n"
                        + "  - refuse host=never.example\n");
        browser = Browser.start();
        weir = WeirProcess.start(data);
        echo = EchoOrigin.start();
    }

    @AfterAll
    static void stop() throws Exception {
        browser.close();
        weir.close();
        echo.close();
    }

    @AfterEach
    void nothingWasWrongWithThePage() {
        browser.assertNothingWasWrong();
    }

    private static Page open(String hash) {
        return open(hash, "");
    }

    /** With a script that runs before those of the page. */
    private static Page open(String hash, String before) {
        Page page = browser.visit(
                weir.gatewayUrl("/?token=" + weir.token()),
                new NewContextOptions().setLocale("en-US").setViewportSize(1440, 900));
        page.addInitScript(before);
        page.navigate(weir.gatewayUrl("/" + hash));
        return page;
    }

    private static Locator part(Page page, String name) {
        return page.locator("[data-test='" + name + "']");
    }

    private static Locator row(Page page, String table, String text) {
        return part(page, table + "-row").filter(new Locator.FilterOptions().setHasText(text));
    }

    private static TunnelClient tunnel(String user, String authority) throws IOException {
        return TunnelClient.open(weir, authority, Downloads.credentials(user));
    }

    private static double metric(String series) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/metrics")))
                                .header("Authorization", "Bearer " + weir.token())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return answer.body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    private static double moved(String user, String direction) throws IOException, InterruptedException {
        return metric("weir_user_bytes_total{direction=\"" + direction + "\",user=\"" + user + "\"}");
    }

    private static void exceed(TunnelClient client) {
        try {
            client.echo(30_000);
        } catch (IOException e) {
            assertThat(e).as("the last bytes may not come any more").isNotNull();
        }
    }

    @Test
    void whatUsersMoveIsShownLiveToTheByteUpToTheirQuotaAndBeyond() throws Exception {
        try (TunnelClient client = tunnel("anna", echo.authority())) {
            client.echo(100_000);
            Page page = open("#/usage");
            Locator anna = row(page, "usage", "anna");
            Locator meter = anna.locator("[data-test='meter-day']");
            assertThat(meter).hasAttribute("data-level", "warned");
            assertThat(meter).hasAttribute("aria-valuenow", "83");
            assertThat(anna.locator("[data-test='usage-open']")).hasText("1");
            assertThat(part(page, "usage-over")).hasCount(0);

            exceed(client);
            assertThat(part(page, "usage-over")).isVisible();
            assertThat(meter).hasAttribute("data-level", "over");
            client.awaitEnd();
            assertThat(anna.locator("[data-test='usage-open']")).hasText("0");
            assertThat(anna.locator("[data-test='usage-refused']")).hasText("0");

            for (String direction : List.of("up", "down")) {
                assertThat(anna.locator("[data-test='usage-" + direction + "']"))
                        .hasAttribute("data-value", String.valueOf((long) moved("anna", direction)));
                assertThat(moved("anna", direction)).isGreaterThan(100_000);
            }
            String audit = audit(data);
            assertThat((long) (moved("anna", "up") + moved("bob", "up")))
                    .isEqualTo(figure(audit, "up") + figure(audit, "overheadUp"));
            assertThat((long) (moved("anna", "down") + moved("bob", "down")))
                    .isEqualTo(figure(audit, "down") + figure(audit, "overheadDown"));
            assertThat(metric("weir_user_quota_used_ratio{period=\"day\",user=\"anna\"}"))
                    .isGreaterThan(1);
            assertThat(metric("weir_user_sessions_opened_total{user=\"anna\"}")).isEqualTo(1);
        }
    }

    @Test
    void aPageThatIsOpenedBehindAnotherOneAsksWhenItIsSeen() {
        Page page = open(
                "", "Object.defineProperty(document, 'hidden', { configurable: true, get: () => !window.isSeen })");
        page.reload();
        page.evaluate("location.hash = '#/rules'");
        assertThat(part(page, "nav-rules")).hasAttribute("aria-current", "page");
        assertThat(part(page, "rules-row")).hasCount(0);
        page.evaluate("window.isSeen = true");
        assertThat(part(page, "rules-row")).hasCount(3);
    }

    @Test
    void rulesAreListedWithWhatTheyDecidedAndSayWhatTheyWould() throws Exception {
        Page page = open("#/");
        page.keyboard().press("g");
        page.keyboard().press("r");
        Locator hits = row(page, "rules", "bobs").locator("[data-test='rule-hits']");
        assertThat(part(page, "rules-row")).hasCount(3);
        assertThat(hits).hasText("0");
        try (TunnelClient client = tunnel("bob", echo.authority())) {
            client.echo(54_321);
            assertThat(hits).hasText("1");

            part(page, "rule-url").fill("https://x.ads.example/");
            part(page, "rule-user").fill("bob");
            page.keyboard().press("Enter");
            assertThat(part(page, "rule-decides")).hasText("ads");
            assertThat(part(page, "rule-answer")).hasAttribute("data-decision", "refused");
            assertThat(part(page, "rule-answer")).containsText(EVIL);
            part(page, "rule-url").fill("https://fine.example/");
            part(page, "rule-ask").click();
            assertThat(part(page, "rule-decides")).hasText("bobs");
            assertThat(part(page, "rule-why").locator("li")).hasCount(2);
            assertThat(part(page, "rule-why").locator("li").first()).containsText("no, ");
            part(page, "rule-url").fill("http://");
            part(page, "rule-ask").click();
            assertThat(part(page, "rule-answer")).hasAttribute("data-decision", "error");
            assertThat(hits).hasText("1");
            assertThat(page.locator("main img")).hasCount(0);

            page.evaluate("location.hash = '#/connections?user=bob'");
            Locator session = row(page, "connections", "54.3 kB");
            assertThat(session.locator("[data-col='user']")).hasText("bob");
            assertThat(session.locator("[data-col='rule']")).hasText("bobs");
            part(page, "nav-overview").click();
            part(page, "top-user-bytes").click();
            assertThat(part(page, "top-user").locator("[data-name='bob']")).isVisible();
        }
        assertThat(metric("weir_user_refused_total{user=\"bob\"}")).isZero();
        assertThatThrownBy(() -> tunnel("bob", "x.ads.example:443"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("451");
        await().atMost(Duration.ofSeconds(20))
                .until(() -> metric("weir_user_refused_total{user=\"bob\"}") == 1
                        && metric("weir_user_sessions_open{user=\"bob\"}") == 0);
        assertThat(metric("weir_conservation_violations_total")).isZero();
    }
}
