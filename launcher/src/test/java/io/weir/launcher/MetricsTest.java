package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code GET /metrics} of a whole node says, through its ends and starts. */
class MetricsTest {
    private static final String UP = "weir_bytes_total{direction=\"up\",kind=\"payload\"}";
    private static final String DOWN = "weir_bytes_total{direction=\"down\",kind=\"payload\"}";

    @TempDir
    Path folder;

    @Test
    void noCounterOfTheLedgerGoesBackWhenTheNodeIsKilledOrStopped() throws Exception {
        Path data = folder.resolve("data");
        Map<String, Double> underLoad;
        Map<String, Double> afterKill;
        try (var origin = EchoOrigin.start()) {
            try (var weir = WeirProcess.start(data)) {
                refused(weir);
                var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), 8, 5);
                await().atMost(Duration.ofSeconds(30)).until(() -> scrape(weir).getOrDefault(UP, 0.0) > 1_000_000);
                underLoad = scrape(weir);
                weir.kill();
                traffic.close();
            }
            try (var weir = WeirProcess.start(data)) {
                afterKill = scrape(weir);
                try (Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
                    tunnel.getOutputStream().write(1);
                    assertThat(tunnel.getInputStream().read()).isEqualTo(1);
                }
                weir.stop();
            }
        }
        try (var weir = WeirProcess.start(data)) {
            Map<String, Double> atLast = scrape(weir);
            weir.stop();
            String audit = audit(data);

            assertNoneWentBack(underLoad, afterKill);
            assertNoneWentBack(afterKill, atLast);
            assertThat(underLoad.get("weir_connections_refused_total")).isEqualTo(1);
            assertThat(underLoad.get("weir_boot")).isEqualTo(1);
            assertThat(atLast.get("weir_boot")).isEqualTo(3);
            assertThat(closed(atLast, "NODE_CRASHED")).isPositive();
            assertThat(closed(atLast, "")).isEqualTo(atLast.get("weir_sessions_opened_total"));
            assertThat(atLast.get("weir_sessions_open")).isZero();
            assertThat(atLast.get("weir_conservation_violations_total")).isZero();
            assertThat(atLast.getOrDefault(UP, -1.0))
                    .isEqualTo(afterKill.getOrDefault(UP, -1.0) + 1)
                    .isEqualTo((double) figure(audit, "up"));
            assertThat(atLast.get(DOWN)).isEqualTo((double) figure(audit, "down"));
        }
    }

    @Test
    void everyEventLoopIsWatched() throws Exception {
        try (var weir = WeirProcess.start(folder.resolve("data"));
                Socket client = weir.connect()) {
            assertThat(client.isConnected()).isTrue();
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> scrape(weir).getOrDefault("weir_client_connections", 0.0) == 1);

            assertThat(scrape(weir))
                    .containsKey("weir_event_loop_delay_seconds{loop=\"gateway\"}")
                    .containsKey("weir_event_loop_delay_seconds{loop=\"engine-1\"}")
                    .containsKey("weir_event_loop_delay_max_seconds{loop=\"engine-1\"}");
            assertThat(scrape(weir).get("weir_journal_free_bytes")).isPositive();
        }
    }

    /** A request that the proxy takes no further. */
    private static void refused(WeirProcess weir) throws IOException {
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("CONNECT 127.0.0.1:" + weir.proxyPort() + " HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 403 ");
        }
    }

    private static void assertNoneWentBack(Map<String, Double> before, Map<String, Double> after) {
        before.forEach((name, value) -> {
            if (isOfTheLedger(name)) {
                assertThat(after).containsKey(name);
                assertThat(after.get(name)).as(name).isGreaterThanOrEqualTo(value);
            }
        });
    }

    /** Those of the ring and of the gateway begin anew with the process, as counters may. */
    private static boolean isOfTheLedger(String name) {
        return name.matches("weir_(bytes|origin_bytes|sessions_opened|sessions_closed|connections_refused"
                + "|conservation_violations)_total.*");
    }

    private static double closed(Map<String, Double> metrics, String reason) {
        return metrics.entrySet().stream()
                .filter(each -> each.getKey().startsWith("weir_sessions_closed_total")
                        && each.getKey().contains("reason=\"" + reason))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** Each series with its value. That the text is well-formed is tested where it is made. */
    private static Map<String, Double> scrape(WeirProcess weir) throws IOException, InterruptedException {
        HttpResponse<String> answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + weir.gatewayPort() + "/metrics"))
                                .header("Authorization", "Bearer " + weir.token())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .collect(Collectors.toMap(
                        line -> line.substring(0, line.lastIndexOf(' ')),
                        line -> Double.valueOf(line.substring(line.lastIndexOf(' ') + 1)),
                        (one, other) -> other,
                        TreeMap::new));
    }
}
