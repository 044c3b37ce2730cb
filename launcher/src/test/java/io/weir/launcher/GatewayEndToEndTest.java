package io.weir.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway of a real node: what it is asked and told reaches the proxy and the journal, and how it is reached. */
class GatewayEndToEndTest {
    private static final int UP = 12_345;
    private static final int MORE = 678;

    @TempDir
    Path folder;

    @Test
    void aTunnelThatIsClosedByFilterEndsForItsClientAndIsInTheJournalToTheByte() throws Exception {
        Path data = folder.resolve("data");
        String host;
        try (var origin = EchoOrigin.start();
                var other = EchoOrigin.start();
                var weir = WeirProcess.start(data);
                Socket tunnel = EchoTraffic.open(weir.proxyPort(), origin.authority());
                Socket spared = EchoTraffic.open(weir.proxyPort(), other.authority())) {
            host = origin.authority();
            echo(tunnel, UP);
            echo(tunnel, MORE);
            echo(spared, 1);
            String id = first("\"id\":(\\d+)", get(weir, "/api/sessions?host=" + host));

            HttpResponse<String> accepted =
                    post(weir, "{\"filter\":{\"host\":\"" + host + "\"},\"why\":\"a test\\nends it\"}");

            assertThat(accepted.statusCode()).isEqualTo(202);
            assertThat(accepted.body()).contains("\"matched\":1");
            assertThat(isEnded(tunnel)).isTrue();
            echo(spared, 10);
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> get(weir, "/api/sessions?state=closed").contains("\"id\":" + id + ","));
            String closed = get(weir, "/api/sessions?state=closed&host=" + host);
            assertThat(closed)
                    .contains("\"reason\":\"CLOSED_BY_COMMAND\"", "\"up\":" + (UP + MORE) + ",\"down\":" + (UP + MORE));
            String timeline = get(weir, "/api/sessions/" + id + "/timeline");
            for (String figure : new String[] {"up", "down", "overheadUp", "overheadDown"}) {
                assertThat(sum(timeline, figure)).isEqualTo(Long.parseLong(first("\"" + figure + "\":(\\d+)", closed)));
            }
            assertThat(sum(timeline, "up")).isEqualTo(UP + MORE);
            assertThat(get(weir, "/api/sessions/" + id)).contains("\"closedSequence\":", host);
        }
        var journal = WeirProcess.run("journal", "cat", "--data", data.toString());
        assertThat(journal.out().lines().filter(line -> line.contains("CommandReceived")))
                .singleElement()
                .asString()
                .contains("gateway client 127.0.0.1:", "a test ends it", host);
    }

    private static void echo(Socket tunnel, int bytes) throws IOException {
        tunnel.getOutputStream().write(new byte[bytes]);
        assertThat(tunnel.getInputStream().readNBytes(bytes)).hasSize(bytes);
    }

    private static boolean isEnded(Socket tunnel) {
        try {
            return tunnel.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    private static long sum(String json, String figure) {
        String figures = first("\"" + figure + "\":\\[([0-9,]*)]", json);
        return Arrays.stream(figures.split(",")).mapToLong(Long::parseLong).sum();
    }

    private static String first(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern + " in " + text).isTrue();
        return matcher.group(1);
    }

    @Test
    void aNodeSaysSinceWhenItCountsOverRestarts() throws Exception {
        Path data = folder.resolve("data");
        String since;
        try (var weir = WeirProcess.start(data)) {
            since = first("\"since\":\"([^\"]+)\"", get(weir, "/api/totals"));
            assertThat(get(weir, "/readyz")).isEqualTo("{\"status\":\"ready\"}");
            assertThat(get(weir, "/api/build"))
                    .contains("\"boot\":1,", "\"intercepting\":false", "\"listen\":[\"127.0.0.1:" + weir.proxyPort());
        }
        try (var weir = WeirProcess.start(data, "--intercept", "--capture-bodies")) {
            assertThat(get(weir, "/api/totals")).contains("\"since\":\"" + since + "\"");
            assertThat(get(weir, "/api/build")).contains("\"boot\":2,", "\"intercepting\":true", "\"capturing\":true");
        }
    }

    @Test
    void overTlsEverythingIsThereAndTheProxyIsStillNoDoorToIt() throws Exception {
        Path[] files = certificate(folder);
        try (var weir = WeirProcess.start(
                folder.resolve("data"),
                "--gateway-cert",
                files[0].toString(),
                "--gateway-key",
                files[1].toString(),
                "--gateway-allow",
                "weir.example")) {
            HttpResponse<String> totals = HttpClient.newBuilder()
                    .sslContext(trusting(files[0]))
                    .build()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create("https://localhost:" + weir.gatewayPort() + "/api/totals"))
                                    .header("Authorization", "Bearer " + weir.token())
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(totals.statusCode()).isEqualTo(200);
            try (Socket plain = new Socket(InetAddress.getLoopbackAddress(), weir.gatewayPort())) {
                assertThat(answer(plain, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                        .startsWith("HTTP/1.1 400 ")
                        .contains("https");
            }
            isNoDoor(weir);
        }
    }

    @Test
    void theProxyIsNoDoorToItsGatewayByAnyNameOfIt() throws Exception {
        try (var weir = WeirProcess.start(folder.resolve("data"), "--allow-open", "--listen", "0.0.0.0:0")) {
            isNoDoor(weir);
        }
    }

    private static void isNoDoor(WeirProcess weir) throws IOException {
        String[] names = {
            "127.0.0.1",
            "localhost",
            "LOCALHOST",
            "localhost.",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]",
            "[::1]",
            "0.0.0.0",
            "[::]",
            "127.1",
            "2130706433",
            "0x7f000001",
        };
        for (String name : names) {
            String gateway = name + ":" + weir.gatewayPort();
            for (String request : new String[] {
                "GET http://" + gateway + "/healthz HTTP/1.1\r\nHost: x\r\n\r\n",
                "CONNECT " + gateway + " HTTP/1.1\r\nHost: x\r\n\r\n"
            }) {
                try (Socket client = weir.connect()) {
                    assertThat(answer(client, request))
                            .as(request)
                            .startsWith("HTTP/1.1 ")
                            .doesNotStartWith("HTTP/1.1 2");
                }
            }
        }
    }

    @Test
    void aCertificateThatWasRenewedIsShownAfterASignal() throws Exception {
        Path[] files = certificate(folder);
        try (var weir = WeirProcess.start(
                folder.resolve("data"), "--gateway-cert", files[0].toString(), "--gateway-key", files[1].toString())) {
            HttpRequest health = HttpRequest.newBuilder(
                            URI.create("https://localhost:" + weir.gatewayPort() + "/healthz"))
                    .build();
            HttpClient before =
                    HttpClient.newBuilder().sslContext(trusting(files[0])).build();
            assertThat(before.send(health, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);

            certificate(Files.createDirectory(folder.resolve("renewed")));
            weir.hangUp();

            SSLContext renewed = trusting(files[0]);
            await().atMost(Duration.ofSeconds(30))
                    .ignoreExceptions()
                    .until(() -> HttpClient.newBuilder()
                                    .sslContext(renewed)
                                    .build()
                                    .send(health, HttpResponse.BodyHandlers.ofString())
                                    .statusCode()
                            == 200);
        }
    }

    @Test
    void faultsOfTheOptionsAreSaidBeforeAnythingIsServed() throws Exception {
        Path[] files = certificate(folder);
        said("0.0.0.0:0", new String[0], "--gateway-allow-plain");
        said("127.0.0.1:0", new String[] {"--gateway-cert", files[0].toString()}, "--gateway-key is missing");
        said("127.0.0.1:0", new String[] {"--gateway-key", files[1].toString()}, "--gateway-cert is missing");
        said(
                "127.0.0.1:0",
                new String[] {"--gateway-cert", folder.resolve("none").toString(), "--gateway-key", files[1].toString()
                },
                "none is not there");
        said(64, "127.0.0.1:0", new String[] {"--gateway-allow", "http://a.example"}, "'http://a.example'");
    }

    private void said(String gateway, String[] options, String words) throws IOException {
        said(1, gateway, options, words);
    }

    private void said(int status, String gateway, String[] options, String words) throws IOException {
        String[] usual = {
            "proxy",
            "--listen",
            "127.0.0.1:0",
            "--gateway",
            gateway,
            "--data",
            folder.resolve("d").toString()
        };
        String[] all = Arrays.copyOf(usual, usual.length + options.length);
        System.arraycopy(options, 0, all, usual.length, options.length);
        var ended = WeirProcess.run(all);
        assertThat(ended.status()).isEqualTo(status);
        assertThat(ended.err()).contains(words);
    }

    /** A chain and a key for localhost, as PEM files: always the same files, made anew in a folder. */
    private Path[] certificate(Path made) throws Exception {
        OriginKeys keys = OriginKeys.make(made);
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keys.store())) {
            store.load(in, password);
        }
        return new Path[] {
            Files.writeString(
                    folder.resolve("gateway.crt"),
                    pem("CERTIFICATE", store.getCertificate("origin").getEncoded())),
            Files.writeString(
                    folder.resolve("gateway.key"),
                    pem("PRIVATE KEY", store.getKey("origin", password).getEncoded())),
            keys.authority()
        };
    }

    private static String pem(String label, byte[] der) {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }

    private static SSLContext trusting(Path certificate) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (var in = Files.newInputStream(certificate)) {
            trusted.setCertificateEntry(
                    "gateway", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    private static String answer(Socket client, String request) throws IOException {
        client.setSoTimeout(20_000);
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static String get(WeirProcess weir, String target) throws IOException, InterruptedException {
        return send(request(weir, target).build()).body();
    }

    private static HttpResponse<String> post(WeirProcess weir, String body) throws IOException, InterruptedException {
        return send(request(weir, "/api/sessions/close")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static HttpRequest.Builder request(WeirProcess weir, String target) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + weir.gatewayPort() + target))
                .header("Authorization", "Bearer " + weir.token());
    }

    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }
}
