package io.weir.replaytool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SeededJournal.Step;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An origin that echoes each request's path and body, and recordings of exchanges with it. */
final class RecordedTraffic implements AutoCloseable {
    static {
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final List<Step> steps = new ArrayList<>();

    private RecordedTraffic(HttpServer server) {
        this.server = server;
        steps.add(new Step(TestLedger.BEGIN_MILLIS, new NodeStarted("node", 1, "1.2.3", 1, 1_000_000)));
    }

    static RecordedTraffic start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        RecordedTraffic traffic = new RecordedTraffic(server);
        server.createContext("/", traffic::answer);
        server.setExecutor(traffic.threads);
        server.start();
        return traffic;
    }

    private void answer(HttpExchange request) throws IOException {
        try (request) {
            byte[] sent = request.getRequestBody().readAllBytes();
            String path = request.getRequestURI().toString();
            requests.add(request.getRequestMethod() + " " + path + " "
                    + String.join(",", request.getRequestHeaders().getOrDefault("X-Kept", List.of())) + " "
                    + new String(sent, StandardCharsets.UTF_8));
            byte[] body = bodyOf(path);
            request.getResponseHeaders().add("X-Path", path);
            request.sendResponseHeaders(200, body.length);
            request.getResponseBody().write(body);
        }
    }

    private static byte[] bodyOf(String path) {
        return ("you asked for " + path).getBytes(StandardCharsets.UTF_8);
    }

    /** What came to the origin: method, target, X-Kept and body. */
    List<String> requests() {
        return requests;
    }

    String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    /** The exchange of that path as the origin answers it. */
    ExchangeCompleted get(String path, long startedAtMillis) {
        return exchange("GET", url(path), 200, path, path, MessageFacts.NONE, startedAtMillis);
    }

    ExchangeCompleted exchange(
            String method,
            String url,
            int status,
            String header,
            String path,
            MessageFacts request,
            long startedAtMillis) {
        byte[] body = bodyOf(path);
        List<Field> kept = new ArrayList<>(request.fields());
        kept.add(new Field("X-Kept", "yes"));
        kept.add(new Field("Authorization", "[redacted]"));
        return new ExchangeCompleted(
                startedAtMillis,
                0,
                SessionProtocol.HTTP,
                "192.0.2.7:" + (1_024 + startedAtMillis % 50),
                "127.0.0.1",
                method,
                url,
                status,
                "HTTP/1.1",
                "HTTP/1.1",
                "127.0.0.1:80",
                "",
                new MessageFacts(kept, 0, request.bodyBytes(), request.bodySha256(), ""),
                new MessageFacts(
                        List.of(
                                new Field("Date", "some day"),
                                new Field("X-Path", header),
                                new Field("Content-Length", Integer.toString(body.length))),
                        0,
                        body.length,
                        sha256(body),
                        ""),
                Tally.ZERO,
                Tally.ZERO,
                new ExchangeTimes(startedAtMillis, 10, ExchangeTimes.NEVER, 30, 4_000),
                0,
                0,
                "");
    }

    void record(ExchangeCompleted exchange) {
        steps.add(new Step(exchange.completedAtMillis(), exchange));
    }

    /** Journals what was recorded. */
    void write(Path data) {
        SeededJournal.write(data, steps);
    }

    /** Stores a body beside the journal. */
    static String store(Path data, byte[] body) throws IOException {
        String name = sha256(body);
        Path folder = data.resolve("bodies").resolve(name.substring(0, 2));
        Files.createDirectories(folder);
        Files.write(folder.resolve(name), body);
        return name;
    }

    static void storeBodyOf(Path data, String path) throws IOException {
        store(data, bodyOf(path));
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
