package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A node whose configuration is changed again and again under load: each version has a rule of its own, whose name has the version's number. */
class ReloadStormTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    @Test
    void sixtyReloadsUnderLoadCutNoTunnelLoseNoByteAndEachSessionNamesItsVersionAndItsRule() throws Exception {
        storm(60, 50);
    }

    @Test
    @Tag("slow")
    void aThousandReloadsUnderLoadWithFiveHundredOpenTunnels() throws Exception {
        storm(1000, 500);
    }

    private void storm(int reloads, int tunnels) throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("weir.yaml"), configuration(1));
        long sent = 0;
        HttpClient client = HttpClient.newHttpClient();
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.startByFile(data)) {
            List<TunnelClient> open = new ArrayList<>();
            for (int i = 0; i < tunnels; i++) {
                open.add(TunnelClient.open(weir, origin.authority()).echo(1 + i));
                sent += 1 + i;
            }
            var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), 4, 31);
            for (int version = 2; version <= reloads + 1; version++) {
                HttpResponse<String> changed = client.send(
                        HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/api/config")))
                                .timeout(Duration.ofSeconds(20))
                                .header("Authorization", "Bearer " + weir.token())
                                .header("If-Match", "*")
                                .header("Content-Type", "application/yaml")
                                .PUT(HttpRequest.BodyPublishers.ofString(configuration(version)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
                open.get(version % tunnels).echo(version);
                sent += version;
            }
            traffic.close();
            assertThat(traffic.echoed()).isEqualTo(traffic.sent());
            for (TunnelClient each : open) {
                each.echo(7);
                each.close();
                sent += 7;
            }
            sent += traffic.sent();
            assertThat(weir.stop()).isEqualTo(143);
        }
        JsonNode audit = audit(data);
        assertThat(audit.path("verdict").stringValue()).isEqualTo("ok");
        assertThat(audit.path("totals").path("up").longValue()).isEqualTo(sent);
        assertThat(audit.path("totals").path("down").longValue()).isEqualTo(sent);
        assertThat(audit.path("totals").path("originUp").longValue()).isEqualTo(sent);
        Set<Long> versions = new HashSet<>();
        for (JsonNode row : audit.path("rows")) {
            long version = row.path("configVersion").longValue();
            assertThat(row.path("rule").stringValue()).as(row.toString()).isEqualTo("v" + version);
            assertThat(row.path("reason").stringValue()).as(row.toString()).isEqualTo("COMPLETED");
            versions.add(version);
        }
        assertThat(versions).as("sessions began under several versions").hasSizeGreaterThan(10);
        assertThat(audit.path("rows").size()).isGreaterThan(tunnels);
    }

    @Test
    void aChangeOfTheRulesFileIsAVersionOfItsOwnAndSaysSoInTheLedger() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path rules = Files.writeString(folder.resolve("rules"), "allow name=before\n");
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data, "--rules", rules.toString())) {
            TunnelClient.open(weir, origin.authority()).echo(5).close();

            Files.writeString(folder.resolve("next"), "allow name=after host=127.0.0.1\n");
            Files.move(folder.resolve("next"), rules, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> JSON.readTree(weir.health().body())
                                    .path("configVersion")
                                    .longValue()
                            == 2);

            TunnelClient.open(weir, origin.authority()).echo(6).close();
            assertThat(api(weir, "/api/rules", null))
                    .contains("{\"name\":\"after\",\"rule\":\"allow host=127.0.0.1\",\"hits\":1}");
            assertThat(api(weir, "/api/rules/test", "{\"url\":\"https://other.example/\"}"))
                    .contains(
                            "\"decision\":\"allowed\",\"rule\":\"default\"",
                            "after: allow host=127.0.0.1: no, the host is other.example");
            assertThat(weir.stop()).isEqualTo(143);
        }
        JsonNode rows = audit(data).path("rows");
        assertThat(rows.get(0).path("rule").stringValue()).isEqualTo("before");
        assertThat(rows.get(0).path("configVersion").longValue()).isEqualTo(1);
        assertThat(rows.get(1).path("rule").stringValue()).isEqualTo("after");
        assertThat(rows.get(1).path("configVersion").longValue()).isEqualTo(2);
        assertThat(WeirProcess.run("journal", "cat", "--data", data.toString()).out())
                .contains("\"version\":2", "by=\\\"rules\\\" changed: 1 rules, 0 lists");
        try (var again = WeirProcess.start(data, "--rules", rules.toString())) {
            assertThat(JSON.readTree(again.health().body())
                            .path("configVersion")
                            .longValue())
                    .as("the same rules, the same version")
                    .isEqualTo(2);
        }
    }

    private static String api(WeirProcess weir, String path, @Nullable String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(weir.gatewayUrl(path)))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + weir.token())
                .header("Content-Type", "application/json");
        if (body != null) {
            request.POST(HttpRequest.BodyPublishers.ofString(body));
        }
        return HttpClient.newHttpClient()
                .send(request.build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String configuration(int version) {
        String guests = version % 2 == 0 ? ", 'socks5://127.0.0.1:0?name=guests'" : ""; // they come and go
        return "proxy: {listen: ['127.0.0.1:0'" + guests + "]}\ntimeouts: {tunnel-idle: " + (1000 + version)
                + "s}\nrules:\n  - refuse host=.ads.example\n  - allow name=v" + version + "\n";
    }

    private static JsonNode audit(Path data) throws Exception {
        var ended = WeirProcess.run("audit", "--data", data.toString(), "--json", "--sessions");
        assertThat(ended.status()).as(ended.err()).isZero();
        return JSON.readTree(ended.out());
    }
}
