package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A quota under parallel load: what ends it, what does not reset it, and whom it does not concern. */
@Tag("jdk")
class QuotaEndToEndTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int DOWNLOADS = 8;
    private static final long MIB = 1 << 20;

    /** Whose passwords are their names. */
    private static final String ANNA = "anna:$2y$04$KBCwKxOzLha2MUDgW0PjXelUKIF7aXZ8XksjhYvK6rTVVOrheiPfS\n";

    private static final String BOB = "bob:$2y$04$KBCwKxOzLha2MUDgW0PjXeaFkPGFeRxqJNRRpnQoOJzgwZHkEAzHO\n";

    @TempDir
    Path folder;

    private Path data;

    @BeforeEach
    void begin() throws IOException {
        data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(folder.resolve("users"), ANNA + BOB);
    }

    private void configure(String limits) throws IOException {
        Files.writeString(
                data.resolve("weir.yaml"),
                "proxy: {users: \"" + folder.resolve("users") + "\"}\nlimits: {" + limits + "}\n");
    }

    @Test
    void eachLimitTakesEffectWithAReload() throws Exception {
        configure("");
        try (var origin = EndlessOrigin.start(100 * MIB);
                var weir = WeirProcess.start(data)) {
            assertThat(answerBesideAnother(weir, origin)).startsWith("HTTP/1.1 200 ");
            reload(weir, "sessions: 1");
            soon().until(() -> answerBesideAnother(weir, origin).startsWith("HTTP/1.1 503 "));
            reload(weir, "sessions-per-user: 1");
            soon().until(() -> answerBesideAnother(weir, origin).startsWith("HTTP/1.1 429 "));
            reload(weir, "sessions-per-client: 1");
            soon().until(() -> answerBesideAnother(weir, origin).contains("this client has 1 sessions open"));
            reload(weir, "quota-day: 1KiB");
            soon().until(() -> answer(weir, origin, "anna", false).startsWith("HTTP/1.1 429 "));
            reload(weir, "quota-day: 1KiB, quotas: [\"anna day=none\"]");
            soon().until(() -> answer(weir, origin, "anna", false).startsWith("HTTP/1.1 200 "));
            assertThat(weir.stop()).isEqualTo(143);
        }
        assertThat(EndToEndTest.figure(audit(data), "open")).isZero();
    }

    private void reload(WeirProcess weir, String limits) throws IOException {
        configure(limits);
        weir.hangUp();
    }

    /** What anna is answered while she has a tunnel open. */
    private static String answerBesideAnother(WeirProcess weir, EndlessOrigin origin) throws IOException {
        String authority = origin.authority();
        try (Socket tunnel = weir.connect()) {
            tunnel.getOutputStream()
                    .write(("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n"
                                    + Downloads.credentials("anna") + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            tunnel.getInputStream().readNBytes("HTTP/1.1 200 Connection established\r\n\r\n".length());
            return answer(weir, origin, "anna", false);
        }
    }

    @Test
    void aQuotaIsNeitherExceededNorResetByThreeKillsUnderLoad() throws Exception {
        rounds(12, 3, 2 * MIB);
    }

    @Test
    @Tag("slow")
    void aQuotaOf100MegabytesIsNeitherExceededNorResetByTenKillsUnderLoad() throws Exception {
        rounds(100, 10, 4 * MIB);
    }

    private void rounds(int mebibytes, int kills, long bytesPerSecond) throws Exception {
        long quota = mebibytes * MIB;
        configure("quota-month: " + mebibytes + "MiB, quotas: [\"bob none\"]");
        long used = 0;
        long received = 0;
        try (var origin = EndlessOrigin.start(bytesPerSecond)) {
            for (int round = 0; round < kills; round++) {
                try (var weir = WeirProcess.start(data)) {
                    var downloads = Downloads.start(weir.proxyPort(), origin.authority(), "anna", DOWNLOADS);
                    long enough = quota * 6 / 10 / kills; // what comes until it is dead is more
                    soon().until(() -> downloads.received() >= enough);
                    weir.kill();
                    downloads.stop();
                    received += downloads.received();
                }
                long now = used("anna");
                assertThat(now).as("never reset").isGreaterThan(used);
                used = now;
            }
            long lost = received - used; // and what was sent, of which next to nothing
            try (var weir = WeirProcess.start(data)) {
                var downloads = Downloads.start(weir.proxyPort(), origin.authority(), "anna", DOWNLOADS);
                soon().until(() -> downloads.refused() == DOWNLOADS);
                downloads.stop();
                received += downloads.received();
                assertRefused(weir, origin);
                assertServed(weir, origin, "bob");
                soon().until(() -> get(weir, "/api/usage").contains("\"bob\"")); // in the journal, and so not lost
                weir.kill();
            }
            used = used("anna");
            assertThat(used).isBetween(quota, quota + DOWNLOADS * 2 * MIB);
            assertThat(received).isLessThan(quota + DOWNLOADS * 2 * MIB + Math.max(0, lost));
            try (var weir = WeirProcess.start(data)) {
                assertRefused(weir, origin);
                assertShown(weir, quota);
                configure("quota-month: " + mebibytes * 2 + "MiB, quotas: [\"bob none\"]");
                weir.hangUp();
                soon().until(() -> answer(weir, origin, "anna", false).startsWith("HTTP/1.1 200 "));
                assertServed(weir, origin, "anna");
                assertThat(weir.stop()).isEqualTo(143);
            }
        }
        var usage = WeirProcess.run("usage", "--json", "--data", data.toString());
        assertThat(usage.status()).as(usage.err()).isZero();
        JsonNode anna = JSON.readTree(usage.out()).path("users").get(0);
        assertThat(anna.path("user").stringValue()).isEqualTo("anna");
        assertThat(anna.path("months").get(0).path("bytes").longValue()).isEqualTo(used("anna"));
        List<String> warnings = events("QuotaWarned");
        assertThat(warnings).hasSize(1);
        assertThat(warnings.get(0)).contains("\"user\":\"anna\"", "\"quotaBytes\":" + quota);
        assertThat(audit(data, "--sessions")).contains("\"reason\":\"QUOTA_EXCEEDED\"");
        assertThat(events("ConnectionRefused"))
                .allSatisfy(line -> assertThat(line).contains("the quota of " + quota + " bytes for "));
    }

    /** What the gateway says of users. */
    private static void assertShown(WeirProcess weir, long quota) throws Exception {
        JsonNode usage = JSON.readTree(get(weir, "/api/usage")).path("data");
        JsonNode month = usage.get(0).path("month");
        assertThat(usage.get(0).path("user").stringValue()).isEqualTo("anna");
        assertThat(month.path("bytes").longValue()).isGreaterThanOrEqualTo(quota);
        assertThat(month.path("quota").longValue()).isEqualTo(quota);
        assertThat(month.path("warned").booleanValue()).isTrue();
        assertThat(month.path("exceeded").booleanValue()).isTrue();
        assertThat(usage.get(1).path("user").stringValue()).isEqualTo("bob");
        assertThat(usage.get(1).path("month").has("quota")).isFalse();
        assertThat(get(weir, "/metrics")).contains("\nweir_users_over_quota 1");
    }

    private static String get(WeirProcess weir, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(weir.gatewayUrl(path)))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + weir.token())
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static void assertRefused(WeirProcess weir, EndlessOrigin origin) throws IOException {
        for (boolean isTunnel : List.of(false, true)) {
            assertThat(answer(weir, origin, "anna", isTunnel))
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .contains("\r\nRetry-After: ", "the quota of ", " is used up; the next one begins at ");
        }
    }

    private static void assertServed(WeirProcess weir, EndlessOrigin origin, String user) throws IOException {
        for (boolean isTunnel : List.of(false, true)) {
            assertThat(answer(weir, origin, user, isTunnel)).startsWith("HTTP/1.1 200 ");
        }
    }

    /** All that is answered to a request of a thousand bytes, or to a CONNECT. */
    private static String answer(WeirProcess weir, EndlessOrigin origin, String user, boolean isTunnel)
            throws IOException {
        String authority = origin.authority();
        String line = isTunnel ? "CONNECT " + authority : "GET http://" + authority + "/1000";
        try (Socket socket = weir.connect()) {
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: " + authority + "\r\nConnection: close\r\n"
                                    + Downloads.credentials(user) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** What the audit says that a user has moved on the clients' sockets. */
    private long used(String user) throws IOException {
        long sum = 0;
        for (JsonNode row : JSON.readTree(audit(data, "--sessions")).path("rows")) {
            if (row.path("user").stringValue().equals(user)) {
                for (String count : List.of("up", "down", "overheadUp", "overheadDown")) {
                    sum += row.path(count).longValue();
                }
            }
        }
        return sum;
    }

    private List<String> events(String kind) throws IOException {
        var cat = WeirProcess.run("journal", "cat", "--data", data.toString());
        assertThat(cat.status()).as(cat.err()).isZero();
        return cat.out()
                .lines()
                .filter(line -> line.contains("\"kind\":\"" + kind + "\""))
                .toList();
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5));
    }
}
