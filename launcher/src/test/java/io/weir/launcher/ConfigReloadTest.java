package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The configuration of a node that runs is changed in each of the ways that there are, under traffic. */
@Tag("jdk")
class ConfigReloadTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private Path data;
    private Path file;

    @BeforeEach
    void begin() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        file = data.resolve("weir.yaml");
    }

    @Test
    void eachWayIsTakenAtOnceWhileAnOpenTunnelLivesOnAndEveryByteIsCounted() throws Exception {
        Files.writeString(file, "timeouts: {tunnel-idle: 2h}\n");
        long sent;
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data)) {
            assertThat(configVersion(weir)).isEqualTo(1);
            TunnelClient tunnel = TunnelClient.open(weir, origin.authority()).echo(1000);
            var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), 4, 26);
            soon().until(() -> traffic.echoed() > 200_000);

            Files.writeString(file, "proxy: {private-destinations: refuse}\n");
            soon().until(() -> isRefused(weir, origin));
            tunnel.echo(2000);

            writeUnseen("proxy: {private-destinations: allow}");
            weir.hangUp();
            soon().until(() -> !isRefused(weir, origin));
            var later = EchoTraffic.start(weir.proxyPort(), origin.authority(), 4, 27);
            tunnel.echo(3000);

            HttpResponse<String> changed = put(weir, tagOf(get(weir)), "application/yaml", "timeouts: {head: 200ms}\n");
            assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
            assertThat(isLeftAloneForShort(weir)).isFalse();
            tunnel.echo(4000);

            assertThat(configVersion(weir)).isEqualTo(4);
            soon().until(() -> later.echoed() > 200_000);
            traffic.close();
            later.close();
            assertThat(traffic.echoed()).isEqualTo(traffic.sent());
            assertThat(later.echoed()).isEqualTo(later.sent());
            sent = traffic.sent() + later.sent() + 10_000;
            tunnel.close();
            soon().until(() -> EndToEndTest.figure(EndToEndTest.audit(data), "open") == 0);
            assertThat(weir.stop()).isEqualTo(143);
        }
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up"))
                .as("and the half of a head")
                .isEqualTo(sent + "GET ".length());
        assertThat(EndToEndTest.figure(audit, "originUp")).isEqualTo(sent);
        assertThat(EndToEndTest.figure(audit, "originDown")).isEqualTo(sent);
        List<String> changes = changes();
        assertThat(changes).hasSize(4);
        assertThat(changes.get(0)).contains("\"version\":1", "by=\\\"start\\\"", "timeouts.tunnel-idle 1h -> 2h");
        assertThat(changes.get(1))
                .contains("\"version\":2", "by=\\\"file\\\"", "private-destinations auto -> refuse", "2h -> 1h");
        assertThat(changes.get(2))
                .contains("\"version\":3", "by=\\\"sighup\\\"", "private-destinations refuse -> allow");
        assertThat(changes.get(3))
                .contains("\"version\":4", "by=\\\"gateway client 127.0.0.1", "timeouts.head 10s -> 200ms");
    }

    @Test
    void aFaultyOneLeavesTheOldInForceAndSaysSo() throws Exception {
        String good = "proxy: {private-destinations: allow}   # and room\n";
        Files.writeString(file, good);
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data);
                TunnelClient tunnel = TunnelClient.open(weir, origin.authority())) {
            String tag = tagOf(get(weir));
            HttpResponse<String> refused =
                    put(weir, tag, "application/json", "{\"proxy\": {\"private-destination\": \"refuse\"}}");
            assertThat(refused.statusCode()).isEqualTo(422);
            JsonNode fault = JSON.readTree(refused.body()).path("faults").get(0);
            assertThat(fault.path("key").stringValue()).isEqualTo("proxy.private-destination");
            assertThat(fault.path("line").intValue()).isEqualTo(1);
            assertThat(fault.path("column").intValue()).isEqualTo(12);
            assertThat(Files.readString(file)).isEqualTo(good);

            writeUnseen("proxy: {private-destinations: perhaps}");
            weir.hangUp();
            soon().until(() -> log().contains("configuration not reloaded, the old one is in force by=sighup"));
            assertThat(log())
                    .contains("weir.yaml 1:31 proxy.private-destinations: 'perhaps' is none of auto, allow, refuse");
            assertThat(isRefused(weir, origin)).isFalse();
            tunnel.echo(100);
            assertThat(configVersion(weir)).isEqualTo(1);
            assertThat(put(weir, tag, "application/yaml", "{}").statusCode())
                    .as("the file was edited")
                    .isEqualTo(412);
        }
    }

    @Test
    void aVersionCountsOverRestartsAndCrashes() throws Exception {
        Files.writeString(file, "log: {level: info}\n");
        try (var first = WeirProcess.start(data)) {
            assertThat(configVersion(first)).isEqualTo(1);
            HttpResponse<String> changed = put(first, "*", "application/json", "{\"timeouts\":{\"head\":\"9s\"}}");
            assertThat(changed.statusCode()).isEqualTo(200);
            soon().until(() -> changes().size() == 2);
            first.kill();
        }
        try (var second = WeirProcess.start(data)) {
            assertThat(configVersion(second)).as("the same as before the crash").isEqualTo(2);
            second.stop();
        }
        Files.writeString(file, "timeouts: {head: 8s}\n");
        try (var third = WeirProcess.start(data)) {
            assertThat(configVersion(third)).isEqualTo(3);
        }
        EndToEndTest.audit(data);
    }

    @Test
    void withoutAFileOneIsMadeByTheFirstChange() throws Exception {
        try (var weir = WeirProcess.start(data)) {
            HttpResponse<String> before = get(weir);
            JsonNode config = JSON.readTree(before.body());
            assertThat(config.path("config").path("timeouts").path("head").stringValue())
                    .isEqualTo("10s");
            assertThat(config.path("config").path("proxy").path("listen").get(0).stringValue())
                    .isEqualTo("127.0.0.1:0");
            assertThat(config.path("file").stringValue()).isEqualTo(file.toString());

            HttpResponse<String> after = put(
                    weir,
                    tagOf(before),
                    "application/yaml",
                    "gateway: {allow: [weir.example]}\nproxy: {event-loops: 9}\n");

            assertThat(after.statusCode()).as(after.body()).isEqualTo(200);
            assertThat(JSON.readTree(after.body()).path("pending").get(0).stringValue())
                    .isEqualTo("proxy.event-loops");
            assertThat(Files.readString(file)).contains("weir.example");
            assertThat(statusAs("weir.example", weir)).isEqualTo("HTTP/1.1 200 OK");
            assertThat(statusAs("other.example", weir)).startsWith("HTTP/1.1 421 ");
            assertThat(tagOf(after)).isEqualTo(tagOf(get(weir))).isNotEqualTo(tagOf(before));
        }
    }

    @Test
    void aFileWithFaultsIsNoStartAndAllOfThemAreSaid() throws Exception {
        Path named = Files.writeString(folder.resolve("own.yaml"), "log: {level: x}\ntimeouts: {head: y, idle: 1s}\n");

        var ended = WeirProcess.run("proxy", "--config", named.toString(), "--data", data.toString());

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.err())
                .contains(named + ":1:14 log.level", named + ":2:18 timeouts.head", named + ":2:21 timeouts.idle");
        assertThat(WeirProcess.run("proxy", "--config", folder.resolve("none").toString())
                        .err())
                .contains("there is no configuration file");
    }

    /** In its place, as long and as old as what was there: who only looks at the file sees no change, so it is left to a signal. */
    private void writeUnseen(String text) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        int room = (int) Files.size(file) - text.length() - 1;
        Files.writeString(file, text + " ".repeat(room) + "\n");
        Files.setLastModifiedTime(file, time);
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(100));
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("data.err"));
    }

    /** The changes of the configuration in the journal, as JSON lines. */
    private List<String> changes() throws IOException {
        var cat = WeirProcess.run("journal", "cat", "--data", data.toString());
        assertThat(cat.status()).as(cat.err()).isZero();
        return cat.out().lines().filter(line -> line.contains("ConfigChanged")).toList();
    }

    private static long configVersion(WeirProcess weir) throws Exception {
        return JSON.readTree(weir.health().body()).path("configVersion").longValue();
    }

    private static boolean isRefused(WeirProcess weir, EchoOrigin origin) throws IOException {
        try (Socket client = weir.connect()) {
            client.getOutputStream()
                    .write(("CONNECT " + origin.authority() + " HTTP/1.1\r\nHost: x\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII).equals("HTTP/1.1 403");
        }
    }

    /** Whether a client that says half a head is let be for longer than a few seconds. */
    private static boolean isLeftAloneForShort(WeirProcess weir) throws IOException {
        try (Socket client = weir.connect()) {
            client.setSoTimeout(8000); // less than a head may take if nobody says so
            client.getOutputStream().write("GET ".getBytes(StandardCharsets.US_ASCII));
            return client.getInputStream().read() < -1;
        } catch (java.net.SocketTimeoutException e) {
            return true;
        }
    }

    private static String statusAs(String host, WeirProcess weir) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), weir.gatewayPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("GET /healthz HTTP/1.1\r\nHost: " + host + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    private static String tagOf(HttpResponse<String> response) {
        return response.headers().firstValue("etag").orElseThrow();
    }

    private static HttpResponse<String> get(WeirProcess weir) throws Exception {
        return send(() -> request(weir).GET().build());
    }

    private static HttpResponse<String> put(WeirProcess weir, String tag, String type, String body) throws Exception {
        return send(() -> request(weir)
                .header("If-Match", tag)
                .header("Content-Type", type)
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static HttpRequest.Builder request(WeirProcess weir) {
        return HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/api/config")))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + weir.token());
    }

    private static HttpResponse<String> send(Callable<HttpRequest> request) throws Exception {
        return HttpClient.newHttpClient().send(request.call(), HttpResponse.BodyHandlers.ofString());
    }
}
