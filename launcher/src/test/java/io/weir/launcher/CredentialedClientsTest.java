package io.weir.launcher;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.PlaywrightException;
import com.microsoft.playwright.options.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Chromium and Java through each kind of listener that may ask them who they are; what hops between them and the proxy counted is what the audit proves. */
class CredentialedClientsTest {
    private static final String PASSWORD = "canary-7Q2x";
    private static final int BYTES = 100_000;

    @TempDir
    Path folder;

    private Path data;
    private OriginKeys keys;
    private WebOrigin origin;
    private WeirProcess weir;
    private final Map<String, CountingHop> hops = new HashMap<>();

    @BeforeEach
    void start() throws Exception {
        data = folder.resolve("data");
        keys = OriginKeys.make(folder);
        origin = WebOrigin.start(keys);
        Path users = folder.resolve("users");
        WeirProcess.addUser(users, "anna", PASSWORD);
        weir = WeirProcess.start(
                data,
                "--users",
                users.toString(),
                "--listen",
                "socks5://127.0.0.1:0",
                "--listen",
                "https://127.0.0.1:0" + keys.listenerOptions());
        for (Map.Entry<String, Integer> listener : weir.listenerPorts().entrySet()) {
            hops.put(listener.getKey(), CountingHop.start(listener.getValue()));
        }
        assertThat(hops).containsOnlyKeys("http", "socks5", "https");
    }

    private int port(String kind) {
        return requireNonNull(hops.get(kind)).port();
    }

    private void addsUpAndSessionsOfAnnaAre(int sessions) throws Exception {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hops.values().stream().allMatch(CountingHop::isIdle));
        assertThat(weir.stop()).isEqualTo(143);
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up") + EndToEndTest.figure(audit, "overheadUp"))
                .isEqualTo(hops.values().stream().mapToLong(CountingHop::up).sum());
        assertThat(EndToEndTest.figure(audit, "down") + EndToEndTest.figure(audit, "overheadDown"))
                .isEqualTo(hops.values().stream().mapToLong(CountingHop::down).sum());
        assertThat(EndToEndTest.audit(data, "--sessions").split("\"user\":\"anna\"", -1))
                .hasSizeGreaterThan(sessions);
    }

    @AfterEach
    void stop() throws Exception {
        for (CountingHop hop : hops.values()) {
            hop.close();
        }
        origin.close();
        weir.close();
    }

    @Test
    void chromiumPassesWithItsPasswordAndNotWithAnotherOne() throws Exception {
        String url = origin.url("/");
        try (Browser browser = Browser.start("--ignore-certificate-errors", "--disable-quic")) {
            for (String proxy : List.of("http://127.0.0.1:" + port("http"), "https://localhost:" + port("https"))) {
                Page page = browser.visit(url, through(proxy, PASSWORD));
                assertThat(page.evaluate(
                                "async n => (await (await fetch(`/bytes?n=${n}`)).arrayBuffer()).byteLength", BYTES))
                        .as(proxy)
                        .isEqualTo(BYTES);
                page.context().close();
                assertThatThrownBy(() -> browser.visit(url, through(proxy, "wrong")))
                        .as(proxy)
                        .isInstanceOf(PlaywrightException.class)
                        .hasMessageContaining("net::ERR_");
            }
        }
        addsUpAndSessionsOfAnnaAre(2);
    }

    private static com.microsoft.playwright.Browser.NewContextOptions through(String proxy, String password) {
        return new com.microsoft.playwright.Browser.NewContextOptions()
                .setIgnoreHTTPSErrors(true)
                .setProxy(new Proxy(proxy)
                        .setBypass("<-loopback>")
                        .setUsername("anna")
                        .setPassword(password));
    }

    @Test
    void javaPassesWithItsPasswordAndNotWithAnotherOne() throws Exception {
        Tool java = Tool.at(Path.of(System.getProperty("java.home"), "bin", "java"));
        for (String kind : List.of("http", "socks5", "https")) {
            assertThat(java(java, kind, PASSWORD)).as(kind).isEqualTo(Integer.toString(BYTES));
        }
        for (String kind : List.of("https", "socks5", "http")) { // whose client tries four times, each slower
            assertThat(java(java, kind, "wrong")).as(kind).startsWith("refused: ");
        }
        addsUpAndSessionsOfAnnaAre(3);
    }

    private String java(Tool java, String kind, String password) throws Exception {
        return java.run(
                        "-Djdk.http.auth.tunneling.disabledSchemes=",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JavaClients.class.getName(),
                        kind,
                        Integer.toString(port(kind)),
                        keys.authority().toString(),
                        "anna",
                        password,
                        origin.url("/bytes?n=" + BYTES))
                .strip();
    }
}
