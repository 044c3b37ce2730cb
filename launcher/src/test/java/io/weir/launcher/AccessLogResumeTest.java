package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The access log of real nodes, killed and stopped: no session is missing, none stands twice, and the bytes are the audit's. */
class AccessLogResumeTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int TUNNELS = 8;

    @TempDir
    Path folder;

    private Path log() {
        return folder.resolve("access.log");
    }

    /** The log with all that it has rotated away, the oldest first. */
    private String whole() throws IOException {
        var text = new StringBuilder();
        for (int i = 1000; i >= 1; i--) {
            Path earlier = folder.resolve("access.log." + i);
            if (Files.exists(earlier)) {
                text.append(Files.readString(earlier));
            }
        }
        return text.append(Files.readString(log())).toString();
    }

    private static List<JsonNode> lines(String text) {
        return text.lines().map(JSON::readTree).toList();
    }

    private static long sumOfRoots(List<JsonNode> lines, String figure) {
        return lines.stream()
                .filter(line -> line.get("line").stringValue().equals("closed")
                        && line.get("root").booleanValue())
                .mapToLong(line -> line.get(figure).longValue())
                .sum();
    }

    private static void requireAuditsSums(List<JsonNode> lines, String audit) {
        for (String figure : List.of("up", "down", "overheadUp", "overheadDown", "originUp", "originDown")) {
            assertThat(sumOfRoots(lines, figure)).as(figure).isEqualTo(figure(audit, figure));
        }
    }

    private static Set<Long> requireUnique(List<JsonNode> lines) {
        Set<Long> closed = new HashSet<>();
        for (JsonNode line : lines) {
            if (line.get("line").stringValue().equals("closed")) {
                assertThat(closed.add(line.get("session").longValue()))
                        .as(line.toString())
                        .isTrue();
            }
        }
        return closed;
    }

    @Test
    void twoKillsUnderLoadNeitherDoubleNorSkipASession() throws Exception {
        Path data = folder.resolve("data");
        String[] options = {
            "--access-log",
            log().toString(),
            "--access-log-open-every",
            "50ms",
            "--log-max-size",
            "64KiB",
            "--log-keep",
            "1000"
        };
        try (var origin = EchoOrigin.start()) {
            for (int round = 0; round < 2; round++) {
                try (var weir = WeirProcess.start(data, options)) {
                    var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), TUNNELS, 70 + round);
                    long before = Files.size(log());
                    await().atMost(Duration.ofSeconds(40))
                            .until(() -> traffic.echoed() > 2_000_000
                                    && Files.exists(folder.resolve("access.log.1"))
                                    && log().toFile().length() != before); // 0 while it is renamed
                    weir.kill();
                    traffic.close();
                }
            }
            try (var weir = WeirProcess.start(data, options)) {
                assertThat(weir.stop()).isEqualTo(143);
            }
        }

        String written = whole();
        List<JsonNode> lines = lines(written);
        requireAuditsSums(lines, audit(data));
        assertThat((long) requireUnique(lines).size()).isEqualTo(figure(audit(data), "sessions"));
        assertThat(written).contains("\"reason\":\"NODE_CRASHED\"", "\"line\":\"open\"");
        assertThat(folder.resolve("access.log.1")).exists();
        var offline = WeirProcess.run("access-log", "--data", data.toString(), "--open-every", "50ms");
        assertThat(offline.status()).as(offline.err()).isZero();
        assertThat(offline.out()).isEqualTo(written);
    }

    @Test
    void whatIsOpenIsShownWithItsBytesAndMarked() throws Exception {
        Path data = folder.resolve("data");
        try (var origin = EchoOrigin.start();
                var weir =
                        WeirProcess.start(data, "--access-log", log().toString(), "--access-log-open-every", "20ms");
                Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
            await().atMost(Duration.ofSeconds(10)).until(() -> {
                tunnel.getOutputStream().write(7);
                assertThat(tunnel.getInputStream().read()).isEqualTo(7);
                return whole().matches("(?s).*\"line\":\"open\"[^\n]*\"up\":[1-9].*\n");
            });
            List<JsonNode> written = lines(whole());
            JsonNode open = written.get(written.size() - 1);

            assertThat(open.get("up").longValue()).isPositive();
            assertThat(open.get("host").stringValue()).isEqualTo(origin.authority());
            assertThat(open.has("reason")).isFalse();
            var live = WeirProcess.run("access-log", "--data", data.toString(), "--still-open", "--open-every", "1h");
            assertThat(lines(live.out())).hasSize(1);
            weir.stop();
        }
        requireAuditsSums(lines(whole()), audit(data));
    }

    @Test
    void aFileThatWasMovedAwayIsWrittenNoMoreAndNothingIsLost() throws Exception {
        Path data = folder.resolve("data");
        Path moved = folder.resolve("moved.log");
        String[] options = {"--access-log", log().toString(), "--access-log-format", "combined"};
        try (var weir = WeirProcess.start(data, options)) {
            send(weir, "GET http://127.0.0.1:" + weir.gatewayPort() + "/one HTTP/1.1\r\nHost: x\r\n\r\n");
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.size(log()) > 0);
            Files.move(log(), moved, StandardCopyOption.ATOMIC_MOVE);
            send(weir, "GET http://127.0.0.1:" + weir.gatewayPort() + "/two HTTP/1.1\r\nHost: x\r\n\r\n");
            await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(log()) && Files.size(log()) > 0);
            weir.stop();
        }

        assertThat(moved).content().contains("/one").doesNotContain("/two");
        assertThat(log()).content().contains("/two").doesNotContain("/one");
        assertThat(Files.readString(log()))
                .matches("127\\.0\\.0\\.1 \\d+ - \\[[^]]+] \"GET http://\\S+/two HTTP/1\\.1\" 403 \\d+ \"-\" \"-\"\\n");
    }

    @Test
    void aLogThatIsTurnedOnLaterBeginsWithThatStart() throws Exception {
        Path data = folder.resolve("data");
        try (var weir = WeirProcess.start(data)) {
            send(weir, "GET http://127.0.0.1:" + weir.gatewayPort() + "/before HTTP/1.1\r\nHost: x\r\n\r\n");
            weir.stop();
        }
        try (var weir = WeirProcess.start(data, "--access-log", log().toString())) {
            send(weir, "GET http://127.0.0.1:" + weir.gatewayPort() + "/after HTTP/1.1\r\nHost: x\r\n\r\n");
            weir.stop();
        }

        assertThat(log()).content().contains("/after").doesNotContain("/before");
        var offline = WeirProcess.run("access-log", "--data", data.toString(), "--format", "common");
        assertThat(new ArrayList<>(offline.out().lines().toList())).hasSize(2);
    }

    private static void send(WeirProcess weir, String request) throws IOException {
        try (Socket client = weir.connect()) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
        }
    }
}
