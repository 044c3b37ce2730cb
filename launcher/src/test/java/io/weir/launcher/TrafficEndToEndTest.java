package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a node recorded of HTTPS, over HTTP/1.1 and HTTP/2, is sent again: to its origin, and through another node that records it. */
class TrafficEndToEndTest {
    private static final int REQUESTS = 40; // of each version

    @TempDir
    Path folder;

    private OriginKeys keys;
    private WebOrigin origin;

    @BeforeEach
    void startOrigin() throws Exception {
        keys = OriginKeys.make(folder);
        origin = WebOrigin.start(keys, folder);
    }

    @AfterEach
    void stopOrigin() {
        origin.close();
    }

    /** All is sent to it at once, and a machine that is busy needs more than ten seconds for as many handshakes. */
    private WeirProcess recorder(Path data) throws IOException {
        Path config = data.resolveSibling(data.getFileName() + ".yaml");
        Files.writeString(config, "timeouts: {head: 2m, connect: 2m}\n");
        return WeirProcess.start(
                data,
                "--config",
                config.toString(),
                "--intercept",
                "--capture-bodies",
                "--trust",
                keys.authority().toString());
    }

    private static Path authorityOf(Path data) throws IOException {
        return Path.of(
                WeirProcess.run("ca", "path", "--data", data.toString()).out().trim());
    }

    private void record(Path data) throws Exception {
        try (WeirProcess weir = recorder(data)) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                HttpClient client = TrustingClient.of(version, weir.proxyPort(), authorityOf(data));
                for (int i = 0; i < REQUESTS; i++) {
                    HttpRequest.Builder request = HttpRequest.newBuilder(
                            URI.create(origin.url(i % 4 == 0 ? "/echo?i=" + i : "/bytes?n=" + i * 1_000)));
                    if (i % 4 == 0) {
                        request.POST(BodyPublishers.ofByteArray(WebOrigin.bytes(i * 500)));
                    }
                    HttpResponse<byte[]> answer = client.send(request.build(), BodyHandlers.ofByteArray());
                    assertThat(answer.version()).isEqualTo(version);
                    assertThat(answer.statusCode()).isEqualTo(200);
                }
            }
            weir.stop();
        }
    }

    private static long figure(String json, String name) {
        Matcher matcher = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
        assertThat(matcher.find()).as("%s in %s", name, json).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static int count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1;
    }

    @Test
    void allOfItComesBackTheSameFromItsOriginAndThroughANodeThatRecordsIt() throws Exception {
        Path data = folder.resolve("first");
        record(data);

        WeirProcess.Ended direct = WeirProcess.run(
                "replay",
                "--send",
                "--data",
                data.toString(),
                "--trust",
                keys.authority().toString(),
                "--allow-unsafe",
                "--ignore-header",
                "date",
                "--json",
                "--speed",
                "max");

        assertThat(direct.status()).as(direct.out() + direct.err()).isZero();
        assertThat(figure(direct.out(), "same")).isEqualTo(2L * REQUESTS);
        assertThat(figure(direct.out(), "missing")).isZero();

        Path second = folder.resolve("second");
        try (WeirProcess weir = recorder(second)) {
            WeirProcess.Ended through = WeirProcess.run(
                    "replay",
                    "--send",
                    "--data",
                    data.toString(),
                    "--through",
                    "127.0.0.1:" + weir.proxyPort(),
                    "--trust",
                    authorityOf(second).toString(),
                    "--allow-unsafe",
                    "--ignore-header",
                    "date",
                    "--json",
                    "--speed",
                    "max");
            assertThat(through.status()).as(through.out() + through.err()).isZero();
            assertThat(figure(through.out(), "same")).isEqualTo(2L * REQUESTS);
            weir.stop();
        }
        String before = exchangesOf(data);
        String after = exchangesOf(second);
        assertThat(count(after, "ExchangeCompleted")).isEqualTo(2 * REQUESTS);
        assertThat(count(after, "\"clientProtocol\":\"HTTP/2\""))
                .as("each request in its own version")
                .isEqualTo(count(before, "\"clientProtocol\":\"HTTP/2\""))
                .isEqualTo(REQUESTS);
        assertThat(WeirProcess.run("audit", "--data", second.toString()).status())
                .isZero();
    }

    @Test
    void anOriginThatNobodyVouchesForIsNotSpokenTo() throws Exception {
        Path data = folder.resolve("first");
        record(data);

        WeirProcess.Ended run =
                WeirProcess.run("replay", "--send", "--data", data.toString(), "--json", "--speed", "max");

        assertThat(run.status()).isEqualTo(1);
        assertThat(figure(run.out(), "same")).isZero();
        assertThat(run.out()).contains("\"failed\":" + 2 * (REQUESTS - REQUESTS / 4));
    }

    private static String exchangesOf(Path data) throws IOException {
        return WeirProcess.run("journal", "cat", "--kind", "ExchangeCompleted", "--data", data.toString())
                .out();
    }
}
