package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The access log on a disk that is really full; needs the right to mount one. */
class AccessLogFullDiskTest {
    @TempDir
    Path folder;

    private Path disk;
    private boolean isMounted;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(folder.resolve("disk"));
        isMounted = run("mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", disk.toString());
        assumeThat(isMounted).as("allowed to mount").isTrue();
    }

    @AfterEach
    void unmount() throws Exception {
        if (isMounted) {
            run("umount", disk.toString());
        }
    }

    @Test
    void itWaitsWhileTheNodeServesAndNoLineIsMissingAfterwards() throws Exception {
        Path data = folder.resolve("data");
        Path log = disk.resolve("access.log");
        Path ballast = disk.resolve("ballast");
        try (var weir = WeirProcess.start(data, "--access-log", log.toString())) {
            request(weir, 10);
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.size(log) > 0);
            fill(ballast);
            request(weir, 100);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Files.readString(folder.resolve("data.err")).contains("can't be written, it waits"));
            request(weir, 10);

            Files.delete(ballast);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> Files.readString(folder.resolve("data.err"))
                            .contains("is written again, no line is missing"));
            assertThat(weir.stop()).isEqualTo(143);

            var offline = WeirProcess.run("access-log", "--data", data.toString());
            assertThat(offline.out().lines()).hasSize(120);
            assertThat(log).hasContent(offline.out());
        }
    }

    private static void request(WeirProcess weir, int times) throws IOException {
        String request = "GET http://127.0.0.1:" + weir.gatewayPort() + "/ HTTP/1.1\r\nHost: x\r\n\r\n";
        for (int i = 0; i < times; i++) {
            try (Socket client = weir.connect()) {
                client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                client.shutdownOutput();
                assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
            }
        }
    }

    private static void fill(Path file) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            while (true) {
                out.write(new byte[512]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("space");
        }
    }

    private static boolean run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getInputStream().readAllBytes();
        return process.waitFor() == 0;
    }
}
