package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The main job as a user does it: start the proxy, send bytes through, stop or kill it, and have the audit prove them. */
@Tag("jdk")
class EndToEndTest {
    private static final int TUNNELS = 8;

    @TempDir
    Path folder;

    @Test
    void whatATunnelCarriedIsWhatTheAuditProves() throws Exception {
        Path data = folder.resolve("data");
        long sent;
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data)) {
            var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), TUNNELS, 1);
            await().atMost(Duration.ofSeconds(30)).until(() -> traffic.echoed() > 2_000_000);
            traffic.close();
            sent = traffic.sent();
            assertThat(traffic.echoed()).isEqualTo(sent);
            await().atMost(Duration.ofSeconds(10)).until(() -> figure(audit(data), "up") == sent);

            assertThat(figure(audit(data), "down")).isEqualTo(sent);
            assertThat(weir.stop()).isEqualTo(143);
        }
        String after = audit(data);
        assertThat(figure(after, "up")).isEqualTo(sent);
        assertThat(figure(after, "down")).isEqualTo(sent);
        assertThat(figure(after, "originUp")).isEqualTo(sent);
        assertThat(figure(after, "originDown")).isEqualTo(sent);
        assertThat(figure(after, "open")).isZero();
    }

    @Test
    void aRingOf64SlotsUnderLoadLosesNoByte() throws Exception {
        Path data = folder.resolve("data");
        try (var origin = EchoOrigin.start();
                var weir = WeirProcess.start(data, "--ring-slots", "64")) {
            var traffic = EchoTraffic.start(weir.proxyPort(), origin.authority(), 32, 2);
            await().atMost(Duration.ofSeconds(60)).until(() -> traffic.echoed() > 4_000_000);
            traffic.close();

            weir.stop();
            assertThat(figure(audit(data), "up")).isEqualTo(traffic.sent());
            assertThat(figure(audit(data), "down")).isEqualTo(traffic.sent());
        }
    }

    @Test
    void aStopClosesWhatIsOpenAndTheNextStartGoesOnWithTheSameTotals() throws Exception {
        Path data = folder.resolve("data");
        try (var origin = EchoOrigin.start()) {
            try (var weir = WeirProcess.start(data, "--drain", "100ms");
                    Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
                tunnel.getOutputStream().write(new byte[1234]);
                assertThat(tunnel.getInputStream().readNBytes(1234)).hasSize(1234);
                assertThat(weir.stop()).isEqualTo(143);
            }
            assertThat(audit(data, "--sessions")).contains("\"reason\":\"NODE_STOPPED\"");
            assertThat(figure(audit(data), "up")).isEqualTo(1234);
            try (var weir = WeirProcess.start(data)) {
                assertThat(figure(audit(data), "up")).isEqualTo(1234);
                assertThat(weir.health().statusCode()).isEqualTo(200);
                try (Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority())) {
                    tunnel.getOutputStream().write(1);
                    assertThat(tunnel.getInputStream().read()).isEqualTo(1);
                }
                await().atMost(Duration.ofSeconds(10)).until(() -> figure(audit(data), "down") == 1235);
            }
        }
    }

    @Test
    void theProxyIsNoDoorToItsOwnGateway() throws Exception {
        try (var weir = WeirProcess.start(folder.resolve("data"))) {
            for (int port : new int[] {weir.gatewayPort(), weir.proxyPort()}) {
                for (String host : new String[] {"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"}) {
                    assertThat(answer(weir, "GET http://" + host + ":" + port + "/healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
                            .startsWith("HTTP/1.1 403 ");
                    assertThat(answer(weir, "CONNECT " + host + ":" + port + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                            .startsWith("HTTP/1.1 403 ");
                }
            }
        }
    }

    @Test
    void whatTheNodeKeepsIsForItsOwnerOnly() throws Exception {
        Path data = folder.resolve("data");
        try (var weir = WeirProcess.start(data)) {
            assertThat(Files.getPosixFilePermissions(data)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
            assertThat(Files.getPosixFilePermissions(data.resolve("token")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            assertThat(Files.readString(data.resolve("token"))).contains(weir.token());
        }
    }

    @Test
    void aSecondNodeOnTheSameJournalIsTurnedAwayAndSaysWhy() throws Exception {
        Path data = folder.resolve("data");
        try (var first = WeirProcess.start(data)) {
            var second = WeirProcess.run(
                    "proxy", "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0", "--data", data.toString());

            assertThat(second.status()).isEqualTo(2);
            assertThat(second.err()).contains("journal");
            assertThat(first.health().statusCode()).isEqualTo(200);
        }
    }

    @Test
    void aTakenPortIsSaidWithWhatToDo() throws Exception {
        try (var first = WeirProcess.start(folder.resolve("data"))) {
            var second = WeirProcess.run(
                    "proxy",
                    "--listen",
                    "127.0.0.1:" + first.proxyPort(),
                    "--gateway",
                    "127.0.0.1:0",
                    "--data",
                    folder.resolve("other").toString());

            assertThat(second.status()).isEqualTo(1);
            assertThat(second.err()).contains("cannot listen on 127.0.0.1:" + first.proxyPort(), "--listen");
        }
    }

    @Test
    void anAddressForAnybodyNeedsTheWord() throws Exception {
        var refused = WeirProcess.run(
                "proxy",
                "--listen",
                "0.0.0.0:0",
                "--gateway",
                "127.0.0.1:0",
                "--data",
                folder.resolve("d").toString());

        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("--allow-open");
    }

    private static String answer(WeirProcess weir, String request) throws IOException {
        try (Socket client = weir.connect()) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** The audit of a journal whose verdict must be ok. */
    static String audit(Path data, String... more) throws IOException {
        String[] arguments = new String[4 + more.length];
        arguments[0] = "audit";
        arguments[1] = "--json";
        arguments[2] = "--data";
        arguments[3] = data.toString();
        System.arraycopy(more, 0, arguments, 4, more.length);
        var audit = WeirProcess.run(arguments);
        assertThat(audit.status()).as(audit.out() + audit.err()).isZero();
        assertThat(audit.out()).contains("\"verdict\":\"ok\"");
        return audit.out();
    }

    /** A figure of the audit's summary: the first of that name. */
    static long figure(String json, String name) {
        Matcher figure = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        assertThat(figure.find()).as(name + " in " + json).isTrue();
        return Long.parseLong(figure.group(1));
    }
}
