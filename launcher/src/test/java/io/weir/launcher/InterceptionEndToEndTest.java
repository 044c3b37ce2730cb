package io.weir.launcher;

import static io.weir.launcher.EndToEndTest.audit;
import static io.weir.launcher.EndToEndTest.figure;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients as people use them, through a Weir that reads what they say: nothing changes for them, and what the ledger says agrees with what was counted
 * at its socket. A client that this machine does not have is skipped.
 */
class InterceptionEndToEndTest {
    @TempDir
    static Path shared;

    private static OriginKeys keys;

    private static Path data;
    private static WeirProcess weir;
    private static CountingHop hop;
    private static Path authority;

    @TempDir
    Path folder;

    private WebOrigin origin;

    @BeforeAll
    static void startWeir() throws Exception {
        keys = OriginKeys.make(shared);
        data = shared.resolve("data");
        weir = weirOn(data);
        hop = CountingHop.start(weir.proxyPort());
        authority = authorityOf(data);
    }

    /** What the ledger has, with all connections gone, is what crossed the socket. */
    @AfterAll
    static void theLedgerAgreesWithTheSocket() throws Exception {
        try (var counted = hop) {
            weir.stop();
            await().atMost(Duration.ofSeconds(20)).until(counted::isIdle);
            String audit = audit(data);

            assertThat(figure(audit, "open")).isZero();
            assertThat(figure(audit, "up") + figure(audit, "overheadUp")).isEqualTo(counted.up());
            assertThat(figure(audit, "down") + figure(audit, "overheadDown")).isEqualTo(counted.down());
        } finally {
            weir.close();
        }
    }

    @BeforeEach
    void startOrigin() throws Exception {
        origin = WebOrigin.start(keys, folder);
    }

    @AfterEach
    void stopOrigin() {
        origin.close();
    }

    private static WeirProcess weirOn(Path data) throws IOException {
        return WeirProcess.start(
                data,
                "--intercept",
                "--capture-bodies",
                "--trust",
                keys.authority().toString());
    }

    private static Path authorityOf(Path data) throws IOException {
        var path = WeirProcess.run("ca", "path", "--data", data.toString());
        assertThat(path.status()).as(path.err()).isZero();
        return Path.of(path.out().trim());
    }

    // ---- clients in Java ----

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void javasHttpClientGetsWhatTheOriginSent(HttpClient.Version version) throws Exception {
        HttpClient client = httpClient(version);
        byte[] body = WebOrigin.bytes(700_000);
        for (int i = 0; i < 20; i++) {
            var request = HttpRequest.newBuilder(URI.create(origin.url("/echo?i=" + i)))
                    .POST(BodyPublishers.ofByteArray(body))
                    .build();
            HttpResponse<byte[]> answer = client.send(request, BodyHandlers.ofByteArray());
            assertThat(answer.version()).isEqualTo(version);
            assertThat(answer.body()).isEqualTo(body);
        }
        var answers = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
        for (int i = 0; i < 100; i++) {
            answers.add(client.sendAsync(get("/bytes?n=" + i), BodyHandlers.ofByteArray()));
        }
        for (int i = 0; i < answers.size(); i++) {
            assertThat(answers.get(i).get(20, TimeUnit.SECONDS).body()).isEqualTo(WebOrigin.bytes(i));
        }

        String exchanges = exchanges(120);
        assertThat(exchanges).contains(version == HttpClient.Version.HTTP_2 ? "HTTP/2" : "HTTP/1.1");
        assertThat(sum(exchanges, "\"request\":\\{.*?\"bodyBytes\":(\\d+)")).isEqualTo(20L * body.length);
        assertThat(sum(exchanges, "\"response\":\\{.*?\"bodyBytes\":(\\d+)")).isEqualTo(20L * body.length + 99 * 50);
    }

    @ParameterizedTest
    @EnumSource(HttpClient.Version.class)
    void anEventArrivesBeforeTheNextIsSent(HttpClient.Version version) throws Exception {
        HttpResponse<InputStream> answer = httpClient(version).send(get("/events"), BodyHandlers.ofInputStream());
        try (InputStream events = answer.body()) {
            await().until(origin::hasListener);
            for (int i = 0; i < 20; i++) {
                origin.event("event " + (10 + i));
                byte[] event = CompletableFuture.supplyAsync(() -> read(events, "data: event 10\n\n".length()))
                        .get(10, TimeUnit.SECONDS);
                assertThat(new String(event, java.nio.charset.StandardCharsets.UTF_8))
                        .isEqualTo("data: event " + (10 + i) + "\n\n");
            }
        }
    }

    @Test
    void aWebSocketEchoesTextsAndLargeBinaryMessages() throws Exception {
        var heard = new LinkedBlockingQueue<byte[]>();
        WebSocket socket = httpClient(HttpClient.Version.HTTP_1_1)
                .newWebSocketBuilder()
                .buildAsync(URI.create("wss://localhost:" + origin.port() + "/ws"), new Listener(heard))
                .get(20, TimeUnit.SECONDS);
        for (int size : new int[] {1, 125, 126, 65_535, 65_536, 3_000_000}) {
            socket.sendBinary(ByteBuffer.wrap(WebOrigin.bytes(size)), true).get(20, TimeUnit.SECONDS);
            assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo(WebOrigin.bytes(size));
        }
        socket.sendText("grüße", true).get(20, TimeUnit.SECONDS);
        assertThat(heard.poll(20, TimeUnit.SECONDS))
                .isEqualTo("grüße".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);

        assertThat(exchanges(1)).contains("\"status\":101");
    }

    // ---- other clients ----

    @ParameterizedTest
    @ValueSource(strings = {"--http1.1", "--http2"})
    void curlGetsWhatTheOriginSent(String version) throws Exception {
        Tool curl = Tool.named("curl");
        Path upload = Files.write(folder.resolve("upload"), WebOrigin.bytes(2_000_000));
        Path got = folder.resolve("got");
        String[] usual = {
            "-sS", "--fail", version, "-x", hop.url(), "--cacert", authority.toString(), "-o", got.toString()
        };
        for (String[] each : new String[][] {
            {origin.url("/bytes?n=2000000")},
            {"--data-binary", "@" + upload, origin.url("/echo")},
            {"-T", upload.toString(), "-H", "Transfer-Encoding: chunked", "-X", "POST", origin.url("/echo")},
            {"-H", "Expect: 100-continue", "--data-binary", "@" + upload, origin.url("/echo")},
        }) {
            curl.run(plus(usual, each));
            assertThat(Files.readAllBytes(got)).isEqualTo(WebOrigin.bytes(2_000_000));
        }
        exchanges(4);
    }

    @Test
    void aClientThatDoesNotTrustUsIsPassedOnTheNextTime() throws Exception {
        Tool curl = Tool.named("curl");
        String[] command = {"-sS", "-x", hop.url(), "--cacert", keys.authority().toString(), origin.url("/bytes?n=10")};
        org.junit.jupiter.api.Assertions.assertThrows(AssertionError.class, () -> curl.run(command));

        assertThat(curl.run(command)).hasSize(10);
    }

    @Test
    void pythonGetsWhatTheOriginSent() throws Exception {
        Tool python = Tool.named("python3");
        String script = """
                import http.client, ssl, sys, urllib.request
                proxy, ca, url = sys.argv[1:]
                context = ssl.create_default_context(cafile=ca)
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({'https': proxy}),
                                                     urllib.request.HTTPSHandler(context=context))
                assert len(opener.open(url + '/bytes?n=1000000').read()) == 1000000
                assert opener.open(url + '/echo', data=b'x' * 300000).read() == b'x' * 300000
                host, port = url[8:].split(':')
                tunnel = http.client.HTTPSConnection('127.0.0.1', int(proxy.rsplit(':', 1)[1]), context=context)
                tunnel.set_tunnel(host, int(port))
                for i in range(5):
                    tunnel.request('POST', '/echo', body=iter([b'a' * 1000] * 50), encode_chunked=True,
                                   headers={'Transfer-Encoding': 'chunked'})
                    assert tunnel.getresponse().read() == b'a' * 50000
                tunnel.close()
                print('fine')
                """;
        assertThat(python.run("-c", script, hop.url(), authority.toString(), origin.url("")))
                .contains("fine");
        exchanges(7);
    }

    @Test
    void nodeGetsWhatTheOriginSent() throws Exception {
        Tool node = Tool.named("node");
        String script = """
                const http = require('http'), https = require('https'), http2 = require('http2'), tls = require('tls');
                const [proxy, ca, url] = process.argv.slice(1), to = new URL(url), via = new URL(proxy);
                const tunnel = alpn => new Promise((done, failed) => http.request({host: via.hostname, port: via.port,
                    method: 'CONNECT', path: to.host}).on('connect', (answer, socket) => {
                      const secure = tls.connect({socket, servername: to.hostname, ca: require('fs').readFileSync(ca),
                        ALPNProtocols: [alpn]}, () => done(secure)).on('error', failed) }).on('error', failed).end());
                const read = stream => new Promise((done, failed) => { let n = 0;
                    stream.on('data', d => n += d.length).on('end', () => done(n)).on('error', failed) });
                (async () => {
                  const socket = await tunnel('http/1.1');
                  const n = await new Promise((done, failed) => https.request({path: '/echo', method: 'POST', host: to.hostname, port: to.port,
                      createConnection: () => socket}, r => done(read(r))).on('error', failed).end('y'.repeat(400000)));
                  if (n != 400000) throw new Error('h1 ' + n);
                  socket.destroy();
                  const h2 = await tunnel('h2'), session = http2.connect(url, {createConnection: () => h2});
                  const sums = await Promise.all(Array.from({length: 100}, (_, i) => {
                    const stream = session.request({':path': '/echo', ':method': 'POST'}); stream.end('z'.repeat(i * 100));
                    return read(stream) }));
                  if (sums.some((n, i) => n != i * 100)) throw new Error('h2 ' + sums);
                  session.close();
                  console.log('fine');
                })().catch(e => { console.error(e); process.exit(1) });
                """;
        assertThat(node.run("-e", script, hop.url(), authority.toString(), origin.url("")))
                .contains("fine");
        exchanges(101);
    }

    @Test
    void gitClonesPushesAndFetches() throws Exception {
        Tool git = Tool.named("git").with("GIT_CONFIG_GLOBAL", "/dev/null").with("GIT_CONFIG_NOSYSTEM", "1");
        Path bare = folder.resolve("r.git");
        git.run("init", "-q", "--bare", bare.toString());
        git.run("-C", bare.toString(), "config", "http.receivepack", "true");
        String[] through = {
            "-c",
            "http.proxy=" + hop.url(),
            "-c",
            "http.sslCAInfo=" + authority,
            "-c",
            "http.postBuffer=65536",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com"
        };
        String one = folder.resolve("one").toString();
        String two = folder.resolve("two").toString();

        git.run(plus(through, "clone", "-q", origin.url("/git/r.git"), one));
        byte[] large = new byte[3_000_000];
        new java.util.Random(1).nextBytes(large);
        Files.write(Path.of(one, "large"), large);
        git.run("-C", one, "add", "-A");
        git.run(plus(through, "-C", one, "commit", "-q", "-m", "one"));
        git.run(plus(through, "-C", one, "push", "-q", "origin", "HEAD:refs/heads/main"));
        git.run(plus(through, "clone", "-q", "-b", "main", origin.url("/git/r.git"), two));
        git.run(plus(through, "-C", two, "fetch", "-q"));

        assertThat(Files.readAllBytes(Path.of(two, "large"))).isEqualTo(large);
    }

    @Test
    void chromiumLoadsAPageWithAHundredResources() throws Exception {
        Tool chromium = Tool.named("chromium", "chromium-browser", "google-chrome");
        Tool certutil = Tool.named("certutil");
        Path home = Files.createDirectories(folder.resolve("home"));
        String store = "sql:" + Files.createDirectories(home.resolve(".pki/nssdb"));
        certutil.run("-N", "-d", store, "--empty-password");
        certutil.run("-A", "-d", store, "-t", "C,,", "-n", "weir", "-i", authority.toString());
        Process browser = chromium.with("HOME", home.toString())
                .with("TMPDIR", home.toString())
                .start(
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + home.resolve("profile"),
                        "--proxy-server=" + hop.url(),
                        "--proxy-bypass-list=<-loopback>",
                        origin.url("/page?n=25"));
        try {
            assertThat(origin.result().get(50, TimeUnit.SECONDS)).isEqualTo("102 ");
        } finally {
            browser.destroy();
            if (!browser.waitFor(10, TimeUnit.SECONDS)) {
                browser.destroyForcibly().waitFor();
            }
        }
        assertThat(exchanges(103)).contains("\"clientProtocol\":\"HTTP/2\"", "\"status\":101");
    }

    // ---- what is recorded ----

    @Test
    void anExchangeAndItsBodiesCanBeHadFromTheGateway() throws Exception {
        byte[] body = WebOrigin.bytes(50_000);
        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        var detail = new LinkedBlockingQueue<byte[]>();
        HttpClient plain = HttpClient.newHttpClient();
        WebSocket gateway = plain.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + weir.gatewayPort() + "/start?token=" + weir.token()),
                        new Listener(detail))
                .get(10, TimeUnit.SECONDS);
        gateway.sendText("{\"action\":\"subscribe\",\"topics\":[\"mitm_detail\"]}", true)
                .get(10, TimeUnit.SECONDS);

        HttpClient client = httpClient(HttpClient.Version.HTTP_2);
        client.send(
                HttpRequest.newBuilder(URI.create(origin.url("/echo?token=secret")))
                        .header("Authorization", "Bearer secret")
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());

        var seen = new StringBuilder();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            byte[] message = detail.poll(100, TimeUnit.MILLISECONDS);
            seen.append(message == null ? "" : new String(message, java.nio.charset.StandardCharsets.UTF_8));
            return seen.indexOf("mitm_exchange_batch") >= 0 && seen.indexOf(origin.url("/echo")) >= 0;
        });
        assertThat(seen).contains(sha256).doesNotContain("secret");
        HttpResponse<byte[]> exchanges = ask(plain, "/api/exchanges", true);
        assertThat(new String(exchanges.body(), java.nio.charset.StandardCharsets.UTF_8))
                .contains(sha256);
        assertThat(ask(plain, "/api/bodies/" + sha256, true).body()).isEqualTo(body);
        assertThat(ask(plain, "/api/bodies/" + sha256, false).statusCode()).isEqualTo(401);
        assertThat(exchanges(1)).contains(sha256).doesNotContain("secret");
        gateway.abort();
    }

    @Test
    void aKillInTheMiddleOfExchangesLeavesThemClosedAndTheTotalsRight() throws Exception {
        Path own = folder.resolve("data");
        byte[] body = WebOrigin.bytes(100_000);
        String killed;
        try (var doomed = weirOn(own)) {
            HttpClient client = TrustingClient.of(HttpClient.Version.HTTP_2, doomed.proxyPort(), authorityOf(own));
            for (int i = 0; i < 10; i++) {
                client.sendAsync(get("/never?" + i), BodyHandlers.discarding());
            }
            for (int i = 0; i < 20; i++) {
                client.send(
                        HttpRequest.newBuilder(URI.create(origin.url("/echo")))
                                .POST(BodyPublishers.ofByteArray(body))
                                .build(),
                        BodyHandlers.discarding());
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> figure(audit(own), "up") > 20L * body.length);
            long acknowledged = figure(audit(own), "up");
            doomed.kill();
            killed = audit(own);
            assertThat(figure(killed, "up")).isGreaterThanOrEqualTo(acknowledged);
            assertThat(figure(killed, "open")).isGreaterThanOrEqualTo(11);
        }

        try (var next = weirOn(own)) {
            assertThat(next.health().statusCode()).isEqualTo(200);
            String healed = audit(own);
            assertThat(figure(healed, "open")).isZero();
            assertThat(figure(healed, "up")).isEqualTo(figure(killed, "up"));
            assertThat(figure(healed, "down")).isEqualTo(figure(killed, "down"));
            String closed = WeirProcess.run("journal", "cat", "--data", own.toString(), "--kind", "SessionClosed")
                    .out();
            assertThat(closed.split("NODE_CRASHED", -1).length - 1).isGreaterThanOrEqualTo(11);
        }
    }

    // ---- helpers ----

    private static HttpClient httpClient(HttpClient.Version version) throws Exception {
        return TrustingClient.of(version, hop.port(), authority);
    }

    private HttpRequest get(String path) {
        return HttpRequest.newBuilder(URI.create(origin.url(path))).build();
    }

    private static HttpResponse<byte[]> ask(HttpClient client, String path, boolean withToken) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + weir.gatewayPort() + path));
        if (withToken) {
            request.header("Authorization", "Bearer " + weir.token());
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** The exchanges with this test's origin that are in the journal, when there are that many, as JSON lines. */
    private String exchanges(int count) {
        var found = new ArrayList<String>();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            found.clear();
            WeirProcess.run("journal", "cat", "--data", data.toString(), "--kind", "ExchangeCompleted")
                    .out()
                    .lines()
                    .filter(line -> line.contains(origin.url("/")))
                    .forEach(found::add);
            return found.size() >= count;
        });
        return String.join("\n", found);
    }

    private static long sum(String lines, String figure) {
        Matcher each = Pattern.compile(figure).matcher(lines);
        long sum = 0;
        while (each.find()) {
            sum += Long.parseLong(each.group(1));
        }
        return sum;
    }

    private static String[] plus(String[] first, String... second) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(List.of(second));
        return all.toArray(new String[0]);
    }

    private static byte[] read(InputStream in, int bytes) {
        try {
            return in.readNBytes(bytes);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Puts whole messages into a queue. */
    private static final class Listener implements WebSocket.Listener {
        private final BlockingQueue<byte[]> messages;
        private final java.io.ByteArrayOutputStream message = new java.io.ByteArrayOutputStream();

        Listener(BlockingQueue<byte[]> messages) {
            this.messages = messages;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            return heard(socket, bytes, last);
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            return heard(socket, text.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8), last);
        }

        private CompletionStage<?> heard(WebSocket socket, byte[] bytes, boolean last) {
            message.writeBytes(bytes);
            if (last) {
                messages.add(message.toByteArray());
                message.reset();
            }
            socket.request(1);
            return CompletableFuture.completedFuture(null);
        }
    }
}
