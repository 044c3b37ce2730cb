package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a node served under a mixed load, through crashes, is what a replay of its journal serves at the same sequences: every open
 * session with every field, and every total.
 */
class ReplayEqualsLiveTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int BOOTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();

    private JsonNode ask(WeirProcess weir, String target, String body) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(weir.gatewayUrl(target)))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + weir.token());
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(body));
        }
        HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private JsonNode sessions(WeirProcess weir) throws IOException, InterruptedException {
        return ask(weir, "/api/sessions?limit=2000", "");
    }

    /** The totals without what tells of now: the time of asking. */
    private JsonNode totals(WeirProcess weir) throws IOException, InterruptedException {
        ObjectNode totals = (ObjectNode) ask(weir, "/api/totals", "");
        totals.remove("time");
        return totals;
    }

    /** Requests through the proxy one after the other, to an origin that speaks TLS, until it is stopped. */
    private Thread browse(WeirProcess weir, Path authority, WebOrigin origin, int seed) throws Exception {
        HttpClient client = HttpClient.newBuilder()
                .proxy(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), weir.proxyPort())))
                .sslContext(trusting(authority))
                .connectTimeout(PATIENCE)
                .version(seed % 2 == 0 ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1)
                .build();
        Random random = new Random(seed);
        Thread thread = new Thread(
                () -> {
                    try {
                        while (!Thread.currentThread().isInterrupted()) {
                            URI uri = URI.create(origin.url("/bytes?n=" + random.nextInt(100_000)));
                            client.send(
                                    HttpRequest.newBuilder(uri)
                                            .timeout(PATIENCE)
                                            .build(),
                                    BodyHandlers.discarding());
                        }
                    } catch (IOException | InterruptedException e) {
                        return; // the proxy was killed, or this was stopped
                    }
                },
                "browser-" + seed);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static SSLContext trusting(Path authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        try (var in = Files.newInputStream(authority)) {
            store.setCertificateEntry(
                    "weir", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    /** What a node serves while it carries tunnels and intercepted exchanges, and is then killed, by sequence. */
    private void runAndKill(
            int boot,
            int looks,
            OriginKeys keys,
            EchoOrigin echo,
            Map<Long, JsonNode> sessions,
            Map<Long, JsonNode> totals)
            throws Exception {
        Path data = folder.resolve("data");
        List<Thread> browsers = new ArrayList<>();
        try (var origin = WebOrigin.start(keys);
                var weir = WeirProcess.start(
                        data,
                        "--intercept",
                        "localhost",
                        "--trust",
                        keys.authority().toString())) {
            Path authority = data.resolve("ca/weir-ca.pem");
            for (int i = 0; i < 2; i++) {
                browsers.add(browse(weir, authority, origin, 10 * boot + i));
            }
            EchoTraffic traffic = EchoTraffic.start(weir.proxyPort(), echo.authority(), 12, 100L * boot);
            await().atMost(PATIENCE).until(() -> origin.requests() > 5);
            int enough = sessions.size() + looks;
            while (sessions.size() < enough) {
                JsonNode seen = sessions(weir);
                sessions.putIfAbsent(seen.path("seq").asLong(), seen);
                JsonNode sum = totals(weir);
                totals.putIfAbsent(sum.path("seq").asLong(), sum);
            }
            weir.kill();
            traffic.close();
        } finally {
            for (Thread browser : browsers) {
                browser.interrupt();
                browser.join();
            }
        }
    }

    @Test
    void whatWasServedIsServedAgainAtEightySequences() throws Exception {
        recordAndReplay(80);
    }

    @Test
    @Tag("slow")
    void whatWasServedIsServedAgainAtAThousandSequences() throws Exception {
        recordAndReplay(1_000);
    }

    private void recordAndReplay(int looks) throws Exception {
        OriginKeys keys = OriginKeys.make(folder);
        Map<Long, JsonNode> sessions = new LinkedHashMap<>();
        Map<Long, JsonNode> totals = new LinkedHashMap<>();
        try (var echo = EchoOrigin.start()) {
            for (int boot = 0; boot < BOOTS; boot++) {
                runAndKill(boot, looks / BOOTS, keys, echo, sessions, totals);
            }
        }

        List<Long> sequences = new ArrayList<>(sessions.keySet());
        Collections.shuffle(sequences, new Random(looks));
        assertThat(sequences).hasSizeGreaterThanOrEqualTo(looks);
        assertThat(sessions.values()).anyMatch(seen -> seen.toString().contains("HTTPS-MITM"));
        try (var replay = WeirProcess.replay(folder.resolve("data"), "--speed", "max", "--step")) {
            for (long sequence : sequences) {
                seek(replay, sequence);
                assertThat(sessions(replay)).as("sequence %s", sequence).isEqualTo(sessions.get(sequence));
            }
            for (Map.Entry<Long, JsonNode> each : totals.entrySet()) {
                seek(replay, each.getKey());
                assertThat(totals(replay)).isEqualTo(each.getValue());
            }
        }
    }

    private void seek(WeirProcess replay, long sequence) throws IOException, InterruptedException {
        JsonNode there = ask(replay, "/api/replay", "{\"action\":\"seek\",\"sequence\":" + sequence + "}");
        assertThat(there.path("sequence").asLong()).isEqualTo(sequence);
    }
}
