package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** curl with and without a password through each kind of listener; what is written down is whose it was, and no password. */
@Tag("jdk")
class UsersEndToEndTest {
    private static final String PASSWORD = "canary-7Q2x";

    @TempDir
    Path folder;

    @Test
    void curlPassesWithItsPasswordThroughEachKindAndNotWithoutIt() throws Exception {
        Path data = folder.resolve("data");
        Path users = folder.resolve("users");
        WeirProcess.addUser(users, "anna", PASSWORD);
        OriginKeys keys = OriginKeys.make(folder);
        String ca = keys.authority().toString();
        Tool curl = Tool.named("curl");
        try (WebOrigin origin = WebOrigin.start(keys);
                var weir = WeirProcess.start(
                        data,
                        "--users",
                        users.toString(),
                        "--listen",
                        "socks5://127.0.0.1:0",
                        "--listen",
                        "https://127.0.0.1:0" + keys.listenerOptions())) {
            Map<String, Integer> ports = weir.listenerPorts();
            String url = origin.url("/bytes?n=1000");
            List<String> proxies = List.of(
                    "http://127.0.0.1:" + ports.get("http"),
                    "socks5://127.0.0.1:" + ports.get("socks5"),
                    "socks5h://127.0.0.1:" + ports.get("socks5"),
                    "https://localhost:" + ports.get("https"));
            for (String proxy : proxies) {
                for (String way : List.of("--proxy-basic", "--proxy-anyauth")) {
                    assertThat(curl.run(
                                    "-sS",
                                    "--http1.1",
                                    way,
                                    "--cacert",
                                    ca,
                                    "--proxy-cacert",
                                    ca,
                                    "-x",
                                    proxy,
                                    "--proxy-user",
                                    "anna:" + PASSWORD,
                                    url))
                            .as(proxy + way)
                            .hasSize(1000);
                }
                for (String wrong : List.of("anna:wrong", "nobody:" + PASSWORD)) {
                    assertThat(curl.status(
                                    "-sS",
                                    "--http1.1",
                                    "--cacert",
                                    ca,
                                    "--proxy-cacert",
                                    ca,
                                    "-x",
                                    proxy,
                                    "--proxy-user",
                                    wrong,
                                    url))
                            .as(proxy)
                            .isIn(56, 97); // 407 to a CONNECT; a proxy's handshake that failed
                }
                assertThat(curl.status("-sS", "--http1.1", "--cacert", ca, "--proxy-cacert", ca, "-x", proxy, url))
                        .isIn(56, 97);
            }
            assertThat(curl.status("-sS", "--cacert", ca, "-x", "socks4a://anna@127.0.0.1:" + ports.get("socks5"), url))
                    .isEqualTo(97);
            assertThat(curl.run(
                            "-sS",
                            "-o",
                            "/dev/null",
                            "-w",
                            "%{http_code}",
                            "-x",
                            "http://127.0.0.1:" + ports.get("http"),
                            "http://127.0.0.1:1/"))
                    .isEqualTo("407");

            Files.writeString(users, "# nobody any more\n");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> curl.status(
                                    "-sS",
                                    "--cacert",
                                    ca,
                                    "-x",
                                    proxies.get(0),
                                    "--proxy-user",
                                    "anna:" + PASSWORD,
                                    url)
                            != 0);
            assertThat(weir.stop()).isEqualTo(143);
        }
        String sessions = EndToEndTest.audit(data, "--sessions");
        assertThat(sessions.split("\"user\":\"anna\"", -1)).hasSizeGreaterThanOrEqualTo(1 + 8);
        assertThat(EndToEndTest.figure(EndToEndTest.audit(data), "open")).isZero();
        assertNoTrace(PASSWORD);
        assertNoTrace(Base64.getEncoder().encodeToString(("anna:" + PASSWORD).getBytes(StandardCharsets.UTF_8)));
    }

    /** Neither in the journal nor in what the process has said. */
    private void assertNoTrace(String secret) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(text.contains(secret)).as(file.toString()).isFalse();
            }
        }
    }

    @Test
    void aListenerForOthersNeedsUsersOrAWord() throws Exception {
        Path users = folder.resolve("users");
        WeirProcess.addUser(users, "anna", PASSWORD);
        Path data = folder.resolve("data");
        List<String> start = List.of(
                "proxy", "--listen", "0.0.0.0:0", "--gateway", "127.0.0.1:0", "--data", data.toString(), "--rehearse");

        assertThat(run(start)).isEqualTo(1);
        assertThat(run(start, "--users", users.toString(), "--no-auth-from", "0.0.0.0/0"))
                .isEqualTo(1);
        assertThat(run(start, "--no-auth-from", "10.0.0.0/8")).isEqualTo(1);
        assertThat(run(start, "--users", users.toString(), "--no-auth-from", "10.0.0.0/33"))
                .isEqualTo(64);
        assertThat(run(start, "--users", folder.resolve("none").toString())).isEqualTo(1);
    }

    private static int run(List<String> start, String... more) throws IOException {
        var all = new ArrayList<>(start);
        all.addAll(List.of(more));
        return WeirProcess.run(all.toArray(new String[0])).status();
    }
}
