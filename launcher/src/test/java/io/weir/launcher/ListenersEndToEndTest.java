package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Clients as there are through each kind of listener. Between them and the proxy stand hops that count; what they counted is, at the end of each
 * test, what the audit proves.
 */
class ListenersEndToEndTest {
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
        String tls = keys.listenerOptions();
        weir = WeirProcess.start(
                data,
                "--listen",
                "socks5://127.0.0.1:0?name=socks",
                "--listen",
                "https://127.0.0.1:0" + tls,
                "--listen",
                "mixed://127.0.0.1:0" + tls);
        for (Map.Entry<String, Integer> listener : weir.listenerPorts().entrySet()) {
            hops.put(listener.getKey(), CountingHop.start(listener.getValue()));
        }
        assertThat(hops).containsOnlyKeys("http", "socks5", "https", "mixed");
    }

    private int port(String kind) {
        return Objects.requireNonNull(hops.get(kind)).port();
    }

    @AfterEach
    void whatTheHopsCountedIsWhatTheAuditProves() throws Exception {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hops.values().stream().allMatch(CountingHop::isIdle));
        assertThat(weir.stop()).isEqualTo(143);
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up") + EndToEndTest.figure(audit, "overheadUp"))
                .isEqualTo(hops.values().stream().mapToLong(CountingHop::up).sum());
        assertThat(EndToEndTest.figure(audit, "down") + EndToEndTest.figure(audit, "overheadDown"))
                .isEqualTo(hops.values().stream().mapToLong(CountingHop::down).sum());
        for (CountingHop hop : hops.values()) {
            hop.close();
        }
        origin.close();
        weir.close();
    }

    @Test
    void curlGetsWhatTheOriginSentThroughEachKind() throws Exception {
        Tool curl = Tool.named("curl");
        String url = origin.url("/bytes?n=1000");
        List<List<String>> ways = List.of(
                List.of("-x", "http://127.0.0.1:" + port("http")),
                List.of("--socks5", "127.0.0.1:" + port("socks5")),
                List.of("--socks5-hostname", "127.0.0.1:" + port("socks5")),
                List.of("--socks4", "127.0.0.1:" + port("socks5")),
                List.of("--socks4a", "127.0.0.1:" + port("socks5")),
                List.of(
                        "-x",
                        "https://localhost:" + port("https"),
                        "--proxy-cacert",
                        keys.authority().toString()));
        for (List<String> way : ways) {
            var command = new ArrayList<>(
                    List.of("-sS", "--http1.1", "--cacert", keys.authority().toString()));
            command.addAll(way);
            command.add(url);
            assertThat(curl.run(command.toArray(new String[0])))
                    .as(way.toString())
                    .hasSize(1000);
        }
        assertThat(EndToEndTest.audit(data, "--sessions"))
                .contains(
                        "\"url\":\"http://localhost:",
                        "\"url\":\"socks5://",
                        "\"url\":\"socks4://",
                        "\"method\":\"TLS\"");
    }

    @Test
    void chromiumLoadsAPageThroughSocks() throws Exception {
        chromiumLoads("socks5://127.0.0.1:" + port("socks5"));
    }

    @Test
    void chromiumLoadsAPageThroughTls() throws Exception {
        chromiumLoads("https://localhost:" + port("https"));
    }

    private void chromiumLoads(String proxy) throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Process browser = Tool.named("chromium", "chromium-browser", "google-chrome")
                .with("HOME", home.toString())
                .with("TMPDIR", home.toString())
                .start(
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--ignore-certificate-errors",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + home.resolve("profile"),
                        "--proxy-server=" + proxy,
                        "--proxy-bypass-list=<-loopback>",
                        origin.url("/page?n=5"));
        try {
            assertThat(origin.result().get(50, TimeUnit.SECONDS)).isEqualTo("22 ");
        } finally {
            browser.destroy();
            if (!browser.waitFor(10, TimeUnit.SECONDS)) {
                browser.destroyForcibly().waitFor();
            }
        }
    }

    @Test
    void javaConnectsThroughSocks() throws Exception {
        var proxy =
                new Proxy(Proxy.Type.SOCKS, new InetSocketAddress(InetAddress.getLoopbackAddress(), port("socks5")));
        var connection = (HttpsURLConnection)
                URI.create(origin.url("/bytes?n=1000")).toURL().openConnection(proxy);
        connection.setSSLSocketFactory(TrustingClient.trust(keys.authority()).getSocketFactory());
        assertThat(connection.getInputStream().readAllBytes()).hasSize(1000);
        connection.disconnect();
    }

    @Test
    void aMixedListenerTakesThemAll() throws Exception {
        Tool curl = Tool.named("curl");
        String port = Integer.toString(port("mixed"));
        String authority = keys.authority().toString();
        for (List<String> way : List.of(
                List.of("-x", "http://127.0.0.1:" + port),
                List.of("-x", "socks5h://127.0.0.1:" + port),
                List.of("-x", "socks4a://127.0.0.1:" + port),
                List.of("-x", "https://localhost:" + port, "--proxy-cacert", authority))) {
            var command =
                    new ArrayList<>(List.of("-sS", "--http1.1", "--cacert", authority, origin.url("/bytes?n=1000")));
            command.addAll(way);
            assertThat(curl.run(command.toArray(new String[0])))
                    .as(way.toString())
                    .hasSize(1000);
        }
    }

    @Test
    void whatIsInterceptedIsSoThroughEachKind() throws Exception {
        Path other = folder.resolve("other");
        Tool curl = Tool.named("curl");
        String tls = keys.listenerOptions();
        try (var reading = WeirProcess.start(
                other,
                "--intercept",
                "localhost",
                "--trust",
                keys.authority().toString(),
                "--listen",
                "mixed://127.0.0.1:0" + tls)) {
            try (CountingHop hop = CountingHop.start(
                    Objects.requireNonNull(reading.listenerPorts().get("mixed")))) {
                for (String way : List.of("socks5h://127.0.0.1:", "https://localhost:")) {
                    for (String version : List.of("--http1.1", "--http2")) {
                        assertThat(curl.run(
                                        "-sS",
                                        version,
                                        "--cacert",
                                        other.resolve("ca/weir-ca.pem").toString(),
                                        "--proxy-cacert",
                                        keys.authority().toString(),
                                        "-x",
                                        way + hop.port(),
                                        origin.url("/bytes?n=100000")))
                                .as(way + version)
                                .hasSize(100_000);
                    }
                }
                await().atMost(Duration.ofSeconds(20)).until(hop::isIdle);
                assertThat(reading.stop()).isEqualTo(143);
                assertThat(EndToEndTest.audit(other, "--sessions").split("\"protocol\":\"HTTPS-MITM\"", -1))
                        .hasSize(1 + 4 * 2);
                String audit = EndToEndTest.audit(other);
                assertThat(EndToEndTest.figure(audit, "up") + EndToEndTest.figure(audit, "overheadUp"))
                        .isEqualTo(hop.up());
                assertThat(EndToEndTest.figure(audit, "down") + EndToEndTest.figure(audit, "overheadDown"))
                        .isEqualTo(hop.down());
            }
        }
    }

    @Test
    void behindALoadBalancerTheClientIsTheOneItNames() throws Exception {
        Path other = folder.resolve("other");
        try (var behind = WeirProcess.start(
                other, "--allow-open", "--listen", "http://127.0.0.1:0?name=balanced&proxy-protocol=127.0.0.0/8")) {
            String answer = Tool.named("curl")
                    .run(
                            "-sS",
                            "--haproxy-protocol",
                            "-x",
                            "http://127.0.0.1:" + behind.proxyPort(),
                            "http://127.0.0.1:1/");
            assertThat(answer).contains("loopback and private addresses are refused");
            try (Socket balancer = behind.connect()) {
                balancer.getOutputStream()
                        .write(("PROXY TCP4 192.0.2.7 192.0.2.1 4711 8080\r\n"
                                        + "GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(balancer.getInputStream().readAllBytes()).isNotEmpty();
            }
            assertThat(behind.stop()).isEqualTo(143);
        }
        assertThat(EndToEndTest.audit(other, "--sessions")).contains("\"remote\":\"192.0.2.7:4711\"");
    }
}
