package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits of bandwidth in the configuration of a node that runs. */
class BandwidthEndToEndTest {
    private static final int BYTES = 1 << 20;
    private static final String PASSWORD = "correct horse";

    @TempDir
    Path folder;

    private static CompletableFuture<TunnelClient> echo(TunnelClient tunnel, int bytes) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return tunnel.echo(bytes);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    private static String basic() {
        return Base64.getEncoder().encodeToString(("anna:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
    }

    private void addUser(Path file) throws Exception {
        List<String> command = new ArrayList<>(
                WeirProcess.command("user", "add", "anna", "--file", file.toString(), "--password-stdin"));
        Process process = new ProcessBuilder(command)
                .inheritIO()
                .redirectInput(ProcessBuilder.Redirect.PIPE)
                .start();
        try (var in = process.getOutputStream()) {
            in.write((PASSWORD + '\n').getBytes(StandardCharsets.UTF_8));
        }
        assertThat(process.waitFor()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bandwidth: 1MiB",
                "bandwidth-per-user: 1MiB",
                "bandwidth-per-session: 1MiB",
                "bandwidth-per-user: 16KiB, bandwidths: [anna 1MiB]"
            })
    void eachKeyLimitsAndIsAppliedWhileTheNodeRunsAndEveryByteIsCounted(String limits) throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Path users = folder.resolve("users");
        boolean asks = limits.contains("user");
        if (asks) {
            addUser(users);
        }
        String proxy = asks ? "proxy: {users: \"" + users + "\"}\n" : "timeouts: {head: 9s}\n";
        Path file = Files.writeString(data.resolve("weir.yaml"), proxy);
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data)) {
            String fields = "Proxy-Authorization: Basic " + basic() + "\r\n";
            try (TunnelClient before = TunnelClient.open(weir, origin.authority(), fields)) {
                Files.writeString(file, proxy + "limits: {" + limits + "}\n");
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> weir.health().body().contains("\"configVersion\":2"));
                try (TunnelClient one = TunnelClient.open(weir, origin.authority(), fields);
                        TunnelClient two = TunnelClient.open(weir, origin.authority(), fields)) {
                    boolean isShared = !limits.contains("session");
                    long begun = System.nanoTime();
                    List.of(echo(one, BYTES), echo(two, BYTES))
                            .forEach(each -> assertThat(
                                            each.orTimeout(30, TimeUnit.SECONDS).join())
                                    .isNotNull());
                    assertThat((System.nanoTime() - begun) / 1e9).isGreaterThan((isShared ? 2 : 1) - 0.2);
                }
                before.echo(10_000); // it goes on as it began
            }
            await().atMost(Duration.ofSeconds(40))
                    .until(() -> EndToEndTest.figure(EndToEndTest.audit(data), "open") == 0);
            assertThat(weir.stop()).isEqualTo(143);
        }
        String audit = EndToEndTest.audit(data);
        assertThat(EndToEndTest.figure(audit, "up")).isEqualTo(2L * BYTES + 10_000);
        assertThat(EndToEndTest.figure(audit, "down")).isEqualTo(2L * BYTES + 10_000);
    }
}
