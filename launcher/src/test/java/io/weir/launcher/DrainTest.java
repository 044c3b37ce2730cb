package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a signal to stop does, as those see it who wait for it: clients, a load balancer, and who reads the log. */
class DrainTest {
    @TempDir
    Path folder;

    private int readiness(WeirProcess weir) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(weir.gatewayUrl("/readyz")))
                                .build(),
                        BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void openSessionsGoOnWhileItSaysHowManyAndASecondSignalEndsThem() throws Exception {
        Path data = folder.resolve("data");
        Path log = folder.resolve("weir.log");
        try (var origin = EchoOrigin.start();
                var weir =
                        WeirProcess.start(data, "--drain", "1h", "--log-file", log.toString(), "--log-format", "json");
                Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
            assertThat(readiness(weir)).isEqualTo(200);

            weir.terminate();

            await().atMost(Duration.ofSeconds(10)).until(() -> readiness(weir) == 503);
            await().atMost(Duration.ofSeconds(10)).until(() -> isRefused(weir));
            tunnel.getOutputStream().write(5);
            assertThat(tunnel.getInputStream().read()).isEqualTo(5);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Files.readString(log).contains("draining, sessions left=1 seconds=35"));

            weir.terminate();

            assertThat(weir.awaitExit()).isEqualTo(143);
            assertThat(log).content().contains("draining ended, ending sessions=1 because=\\\"second signal\\\"");
            assertThat(EndToEndTest.audit(data, "--sessions")).contains("\"reason\":\"NODE_STOPPED\"");
        }
        assertThat(folder.resolve("data.err")).content().contains("weir: stopped at sequence");
    }

    @Test
    void itEndsWhenTheLastSessionDoes() throws Exception {
        Path data = folder.resolve("data");
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data, "--drain", "1h")) {
            try (Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
                weir.terminate();
                await().atMost(Duration.ofSeconds(10)).until(() -> isRefused(weir));
                tunnel.getOutputStream().write(5);
                assertThat(tunnel.getInputStream().read()).isEqualTo(5);
            }
            assertThat(weir.awaitExit()).isEqualTo(143);
            assertThat(EndToEndTest.audit(data, "--sessions")).contains("\"reason\":\"COMPLETED\"");
        }
    }

    private static boolean isRefused(WeirProcess weir) throws Exception {
        try (Socket late = weir.connect()) {
            return late.getInputStream().read() < 0; // it was in the kernel's queue
        } catch (ConnectException e) {
            return true;
        }
    }
}
