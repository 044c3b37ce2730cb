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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole nodes behind each other: what the keys do while the first one runs, and that both audits agree to the byte. */
@Tag("jdk")
class UpstreamsEndToEndTest {
    @TempDir
    Path folder;

    @Test
    void keysAreAppliedAtOnceAndTheAuditsOfBothNodesAgree() throws Exception {
        Path one = Files.createDirectory(folder.resolve("one"));
        Path two = Files.createDirectory(folder.resolve("two"));
        Path file = Files.writeString(one.resolve("weir.yaml"), "log: {level: info}\n");
        long direct = 1000;
        long through = 100_000;
        try (var origin = EchoOrigin.start();
                var second = WeirProcess.start(two);
                var first = WeirProcess.start(one)) {
            TunnelClient.open(first, origin.authority()).echo((int) direct).close();
            Files.writeString(
                    file,
                    "proxy:\n  upstreams: [\"next=http://127.0.0.1:" + second.proxyPort() + "\"]\n"
                            + "  upstream-groups: [\"all=round-robin:next\"]\n  upstream: all\n");
            await().atMost(Duration.ofSeconds(20)).until(() -> metrics(first).contains("weir_upstream_up"));
            TunnelClient tunnel = TunnelClient.open(first, origin.authority()).echo((int) through);
            assertThat(metrics(first))
                    .contains("weir_upstream_up{upstream=\"next\"} 1.0")
                    .contains("weir_upstream_sessions{upstream=\"next\"} 1.0");
            tunnel.close();
            await().until(() -> EndToEndTest.figure(EndToEndTest.audit(one), "open") == 0);
            await().until(() -> EndToEndTest.figure(EndToEndTest.audit(two), "open") == 0);
            first.stop();
            second.stop();
        }
        String behind = EndToEndTest.audit(two);
        String before = EndToEndTest.audit(one);
        assertThat(EndToEndTest.figure(behind, "up")).isEqualTo(through);
        assertThat(EndToEndTest.figure(before, "up")).isEqualTo(direct + through);
        assertThat(EndToEndTest.figure(before, "originUp"))
                .isEqualTo(direct + EndToEndTest.figure(behind, "up") + EndToEndTest.figure(behind, "overheadUp"));
        assertThat(EndToEndTest.figure(before, "originDown"))
                .isEqualTo(direct + EndToEndTest.figure(behind, "down") + EndToEndTest.figure(behind, "overheadDown"));
        WeirProcess.Ended rows = WeirProcess.run("audit", "--data", one.toString(), "--json", "--sessions");
        assertThat(rows.out()).contains("\"upstream\":\"next\"");
    }

    @Test
    void theOptionTakesAUrlAndSecretsStayInTheirFile() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "anna:hunter2\n");
        Path one = folder.resolve("one");
        try (var origin = EchoOrigin.start();
                var second = WeirProcess.start(folder.resolve("two"));
                var first = WeirProcess.start(
                        one, "--upstream", "http://127.0.0.1:" + second.proxyPort() + "?credentials=" + secret)) {
            TunnelClient.open(first, origin.authority()).echo(10).close();
            String configuration = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(first.gatewayUrl("/api/config")))
                                    .header("Authorization", "Bearer " + first.token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(configuration).contains("credentials=" + secret).doesNotContain("hunter2");
            first.stop();
        }
        assertThat(WeirProcess.run("journal", "cat", "--data", one.toString()).out())
                .contains("127.0.0.1")
                .doesNotContain("hunter2");
        WeirProcess.Ended refused =
                WeirProcess.run("proxy", "--data", one.toString(), "--upstream", "http://anna:hunter2@127.0.0.1:3128");
        assertThat(refused.status()).isEqualTo(64);
        assertThat(refused.out() + refused.err())
                .contains("do not belong in its URL")
                .doesNotContain("hunter2");
    }

    private static String metrics(WeirProcess weir) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/metrics")))
                                .header("Authorization", "Bearer " + weir.token())
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
