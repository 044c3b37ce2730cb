package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that break the rules of HTTP/2 inside an intercepted tunnel: refused, bounded, and never translated into a second request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHttp2Test {
    private static final String[] GOOD = {":method", "POST", ":scheme", "https", ":authority", "localhost", ":path", "/"
    };

    private InterceptingProxy proxy;
    private SSLContext context;

    @BeforeAll
    void start() {
        proxy = InterceptingProxy.start();
        context = proxy.originContext();
    }

    @AfterAll
    void stop() {
        proxy.ledger().awaitClosed(1);
        proxy.close();
    }

    /** Fields of requests that must not reach the origin, and what follows them as DATA. */
    static Map<String, byte[]> badHeads() {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("no path", RawHttp2.block(":method", "GET", ":scheme", "https", ":authority", "localhost"));
        all.put("no method", RawHttp2.block(":scheme", "https", ":authority", "localhost", ":path", "/"));
        all.put("no scheme", RawHttp2.block(":method", "GET", ":authority", "localhost", ":path", "/"));
        all.put("two methods", with(":method", "GET"));
        all.put("two paths", with(":path", "/2"));
        all.put("two authorities", with(":authority", "localhost"));
        all.put("unknown pseudo-field", with(":x", "y"));
        all.put("a response's pseudo-field", with(":status", "200"));
        all.put(
                "pseudo-field after a field",
                RawHttp2.block(
                        ":method", "GET", "a", "b", ":scheme", "https", ":authority", "localhost", ":path", "/"));
        all.put("capitals", with("X-Y", "z"));
        all.put("empty name", with("", "z"));
        for (String name : new String[] {"a b", "a:b", "a\r\nb", "a\0", "a\u00e9", "a(b)", "\tx", "x "}) {
            all.put("name " + escaped(name), with(name, "z"));
        }
        for (String value : new String[] {"a\r\nx: y", "a\ny", "a\ry", "a\0b", "\u007f", "\u0001"}) {
            all.put("value " + escaped(value), with("x", value));
            all.put("cookie " + escaped(value), with("cookie", value));
            all.put("authority " + escaped(value), pseudo(":authority", value));
            all.put("path /" + escaped(value), pseudo(":path", "/" + value));
            all.put("method " + escaped(value), pseudo(":method", value));
            all.put("scheme " + escaped(value), pseudo(":scheme", value));
        }
        all.put("connection", with("connection", "close"));
        all.put("keep-alive", with("keep-alive", "5"));
        all.put("proxy-connection", with("proxy-connection", "keep-alive"));
        all.put("transfer-encoding", with("transfer-encoding", "chunked"));
        all.put("upgrade", with("upgrade", "websocket"));
        all.put("te", with("te", "gzip"));
        all.put("a line in the path", pseudo(":path", "/ HTTP/1.1\r\nHost: x\r\n\r\nGET /smuggled"));
        all.put("a blank in the path", pseudo(":path", "/ HTTP/1.1"));
        all.put("empty path", pseudo(":path", ""));
        all.put("absolute path", pseudo(":path", "http://other.example/"));
        all.put("path without slash", pseudo(":path", "x"));
        all.put("fragment", pseudo(":path", "/#x"));
        all.put("a blank in the method", pseudo(":method", "GET /smuggled HTTP/1.1"));
        all.put("empty method", pseudo(":method", ""));
        all.put("user", pseudo(":authority", "user@localhost"));
        all.put("blank in the authority", pseudo(":authority", "local host"));
        all.put("path in the authority", pseudo(":authority", "localhost/x"));
        all.put("empty authority", pseudo(":authority", ""));
        all.put("another host", with("host", "other.example"));
        all.put("two hosts", with("host", "localhost", "host", "other.example"));
        all.put(
                "no authority, two hosts",
                RawHttp2.block(":method", "GET", ":scheme", "https", ":path", "/", "host", "localhost", "host", "x"));
        for (String length : new String[] {"+0", "-1", "0x0", "0, 1", "", " 0", "99999999999999999999", "1 1"}) {
            all.put("content-length [" + length + "]", with("content-length", length));
        }
        all.put("two lengths", with("content-length", "0", "content-length", "1"));
        all.put("length and no body", with("content-length", "5"));
        return all;
    }

    private static String escaped(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static byte[] with(String... fields) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(RawHttp2.block(GOOD));
        out.writeBytes(RawHttp2.block(fields));
        return out.toByteArray();
    }

    private static byte[] pseudo(String name, String value) {
        String[] fields = GOOD.clone();
        for (int i = 0; i < fields.length; i += 2) {
            if (fields[i].equals(name)) {
                fields[i + 1] = value;
            }
        }
        return RawHttp2.block(fields);
    }

    @Test
    void noMalformedHeadReachesAnOriginOfHttp1() throws Exception {
        var failures = new LinkedHashMap<String, Object>();
        var asked = new AtomicInteger();
        try (var origin = ServedOrigin.start((socket, number) -> {
            var wire = new Wire(ServedOrigin.tls(socket, context));
            wire.readTo("\n");
            asked.incrementAndGet();
            wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").readRest();
        })) {
            for (Map.Entry<String, byte[]> each : badHeads().entrySet()) {
                try (var client = client(origin.port())) {
                    client.headers(1, true, each.getValue());
                    RawHttp2.Answer answer = client.answer(1);
                    if (asked.getAndSet(0) > 0 || answer.status() == 200) {
                        failures.put(each.getKey(), answer);
                    }
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void noMalformedHeadReachesAnOriginOfHttp2() throws Exception {
        var failures = new LinkedHashMap<String, Object>();
        var asked = new AtomicInteger();
        try (var origin = ServedOrigin.start((socket, number) -> {
            RawHttp2 server = http2(socket);
            while (true) {
                RawHttp2.Frame head = server.await(RawHttp2.HEADERS);
                if (head == null) {
                    return;
                }
                asked.incrementAndGet();
                server.headers(head.stream(), true, RawHttp2.block(":status", "200"));
            }
        })) {
            for (Map.Entry<String, byte[]> each : badHeads().entrySet()) {
                try (var client = client(origin.port())) {
                    client.headers(1, true, each.getValue());
                    RawHttp2.Answer answer = client.answer(1);
                    if (asked.getAndSet(0) > 0 || answer.status() == 200) {
                        failures.put(each.getKey(), answer);
                    }
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    @Test
    void aBodyThatContradictsItsLengthIsNotAWholeRequest() throws Exception {
        var whole = new AtomicInteger();
        try (var origin = ServedOrigin.start((socket, number) -> {
            var wire = new Wire(ServedOrigin.tls(socket, context));
            wire.readHead();
            wire.read(5);
            whole.incrementAndGet();
        })) {
            for (String body : new String[] {"four", "sixsix"}) {
                try (var client = client(origin.port())) {
                    client.headers(1, false, with("content-length", "5")).data(1, true, body);
                    assertThat(client.answer(1).status()).isNotEqualTo(200);
                }
            }
            proxy.ledger().awaitExchanges(2);
            assertThat(whole.get()).isZero();
        }
    }

    /** What a client says after a good beginning that costs it the connection. */
    static Map<String, byte[]> breaches() {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("DATA on an idle stream", RawHttp2.frame(RawHttp2.DATA, 1, 5, new byte[3]));
        all.put("DATA on stream 0", RawHttp2.frame(RawHttp2.DATA, 1, 0, new byte[3]));
        all.put("HEADERS on an even stream", RawHttp2.frame(RawHttp2.HEADERS, 5, 2, RawHttp2.get("/")));
        all.put("HEADERS on stream 0", RawHttp2.frame(RawHttp2.HEADERS, 5, 0, RawHttp2.get("/")));
        all.put("RST_STREAM on an idle stream", RawHttp2.frame(RawHttp2.RST_STREAM, 0, 7, RawHttp2.number(8)));
        all.put("PUSH_PROMISE", RawHttp2.frame(RawHttp2.PUSH_PROMISE, 4, 1, new byte[4]));
        all.put("WINDOW_UPDATE of 0", RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(0)));
        all.put("window overflow", RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(0x7fff_ffff)));
        all.put("WINDOW_UPDATE on an idle stream", RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 9, RawHttp2.number(1)));
        all.put("SETTINGS of 5 bytes", RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[5]));
        all.put("SETTINGS on a stream", RawHttp2.frame(RawHttp2.SETTINGS, 0, 1, new byte[0]));
        all.put("ACK with settings", RawHttp2.frame(RawHttp2.SETTINGS, 1, 0, new byte[6]));
        all.put(
                "window setting over the limit",
                RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, 0x8000_0000L)));
        all.put("PING of 7 bytes", RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[7]));
        all.put("a frame over the limit", RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[16385]));
        all.put("CONTINUATION out of the blue", RawHttp2.frame(RawHttp2.CONTINUATION, 4, 1, new byte[3]));
        all.put("a block that cannot be decoded", RawHttp2.frame(RawHttp2.HEADERS, 5, 3, new byte[] {
            (byte) 255, (byte) 255, (byte) 255, (byte) 255, (byte) 255, 1
        }));
        all.put("garbage", "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return all;
    }

    static Stream<String> breachNames() {
        return breaches().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("breachNames")
    void aBreachEndsTheConnectionAndAllThatIsOpen(String name) throws Exception {
        try (var origin = silent();
                var client = client(origin.port())) {
            client.headers(1, false, RawHttp2.block(GOOD))
                    .send(Objects.requireNonNull(breaches().get(name)));

            RawHttp2.Frame goAway = client.await(RawHttp2.GOAWAY);
            assertThat(goAway.errorCode()).isPositive();
            client.awaitEnd();
        }
    }

    @Test
    void aStreamThatIsOverTakesNoMore() throws Exception {
        try (var origin = ServedOrigin.https(context);
                var client = client(origin.port())) {
            client.headers(1, true, RawHttp2.get("/"));
            assertThat(client.answer(1).status()).isEqualTo(200);

            client.data(1, true, "late");
            RawHttp2.Frame end =
                    client.await(frame -> frame.type() == RawHttp2.RST_STREAM || frame.type() == RawHttp2.GOAWAY);
            assertThat(end.errorCode()).as("STREAM_CLOSED").isEqualTo(5);
        }
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        try (var origin = silent();
                var client = client(origin.port())) {
            var sent = Peer.async(() -> {
                for (int stream = 1; stream < 12_000; stream += 2) {
                    client.send(join(
                            RawHttp2.frame(RawHttp2.HEADERS, 5, stream, RawHttp2.get("/")),
                            RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, RawHttp2.number(8))));
                }
                return null;
            });
            RawHttp2.Frame goAway = client.await(RawHttp2.GOAWAY);
            assertThat(goAway.errorCode()).as("ENHANCE_YOUR_CALM").isEqualTo(11);
            client.awaitEnd();
            sent.handle((done, broken) -> true).get(30, TimeUnit.SECONDS);
        }
    }

    static Map<String, byte[]> floods() {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("SETTINGS", RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(3, 100)));
        all.put("PING", RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]));
        all.put("empty DATA", RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[0]));
        all.put("CONTINUATION", RawHttp2.frame(RawHttp2.CONTINUATION, 0, 3, RawHttp2.block("a", "b".repeat(1000))));
        all.put("empty CONTINUATION", RawHttp2.frame(RawHttp2.CONTINUATION, 0, 3, new byte[0]));
        all.put("malformed HEADERS", new byte[0]);
        return all;
    }

    static Stream<String> floodNames() {
        return floods().keySet().stream();
    }

    /** The client reads nothing; what is answered waits in the proxy, until that is too much. */
    @ParameterizedTest
    @MethodSource("floodNames")
    void aFloodEndsTheConnection(String name) throws Exception {
        try (var origin = silent();
                var tunnel = proxy.narrowTunnel(origin.port());
                var client = RawHttp2.client(proxy.open(tunnel, "h2"))) {
            NarrowEnd.of(tunnel);
            client.headers(1, false, RawHttp2.block(GOOD));
            if (name.endsWith("CONTINUATION")) {
                client.send(RawHttp2.HEADERS, 1, 3, RawHttp2.get("/"));
            }
            var many = new ByteArrayOutputStream();
            for (int i = 0; i < 500; i++) {
                many.writeBytes(floods().get(name));
            }
            long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
            boolean ended = false;
            int stream = 3;
            while (!ended && System.nanoTime() < until) {
                try {
                    if (name.startsWith("malformed")) {
                        many.reset();
                        for (int i = 0; i < 500; i++, stream += 2) {
                            many.writeBytes(
                                    RawHttp2.frame(RawHttp2.HEADERS, 5, stream, RawHttp2.block(":method", "GET")));
                        }
                    }
                    client.send(many.toByteArray());
                } catch (IOException broken) {
                    ended = true;
                }
            }
            assertThat(ended).as("the connection's end").isTrue();
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefusedAndTheConnectionGoesOnOrEnds() throws Exception {
        try (var origin = StrictOrigin.start(context, request -> StrictOrigin.Answer.ok("ok"));
                var client = client(origin.port())) {
            byte[] block = with("x", "y".repeat(70_000));
            client.send(RawHttp2.HEADERS, 1, 1, java.util.Arrays.copyOf(block, 16_000));
            for (int at = 16_000; at < block.length; at += 16_000) {
                int end = Math.min(block.length, at + 16_000);
                client.send(
                        RawHttp2.CONTINUATION,
                        end == block.length ? 4 : 0,
                        1,
                        java.util.Arrays.copyOfRange(block, at, end));
            }
            assertThat(client.answer(1).status()).isIn(0, 431);
            assertThat(origin.takeRequests()).isEmpty();
        }
    }

    /** What an origin says instead of, or before, an answer; {@code S} is the stream. */
    private static Map<String, byte[]> badAnswers(int stream) {
        var all = new LinkedHashMap<String, byte[]>();
        all.put(
                "PUSH_PROMISE",
                RawHttp2.frame(RawHttp2.PUSH_PROMISE, 4, stream, join(RawHttp2.number(2), RawHttp2.get("/pushed"))));
        all.put("HEADERS of its own", RawHttp2.frame(RawHttp2.HEADERS, 5, 2, RawHttp2.block(":status", "200")));
        all.put(
                "HEADERS on an idle stream",
                RawHttp2.frame(RawHttp2.HEADERS, 5, stream + 20, RawHttp2.block(":status", "200")));
        all.put("DATA before the head", RawHttp2.frame(RawHttp2.DATA, 1, stream, new byte[5]));
        all.put("DATA on an idle stream", RawHttp2.frame(RawHttp2.DATA, 1, stream + 20, new byte[5]));
        for (String status : new String[] {"", "2", "20", "2000", "abc", "099", "600", "101", "200 OK", "-20"}) {
            all.put("status [" + status + "]", head(stream, ":status", status));
        }
        all.put("no status", head(stream, "a", "b"));
        all.put("two statuses", head(stream, ":status", "200", ":status", "200"));
        all.put("a request's pseudo-field", head(stream, ":status", "200", ":path", "/"));
        all.put("capitals", head(stream, ":status", "200", "X", "y"));
        all.put("a line in a value", head(stream, ":status", "200", "x", "y\r\nset-cookie: z"));
        all.put("a line in a name", head(stream, ":status", "200", "x\r\ny", "z"));
        all.put("NUL in a value", head(stream, ":status", "200", "x", "y\0"));
        all.put("transfer-encoding", head(stream, ":status", "200", "transfer-encoding", "chunked"));
        all.put("two lengths", head(stream, ":status", "200", "content-length", "0", "content-length", "1"));
        all.put("a length that is none", head(stream, ":status", "200", "content-length", "+0"));
        all.put(
                "too many interim heads",
                repeat(30, RawHttp2.frame(RawHttp2.HEADERS, 4, stream, RawHttp2.block(":status", "103"))));
        all.put("window overflow", RawHttp2.frame(RawHttp2.WINDOW_UPDATE, 0, 0, RawHttp2.number(0x7fff_ffff)));
        all.put("a frame over the limit", RawHttp2.frame(RawHttp2.DATA, 0, stream, new byte[16385]));
        all.put("GOAWAY storm", repeat(1000, RawHttp2.frame(RawHttp2.GOAWAY, 0, 0, new byte[8])));
        all.put(
                "GOAWAY that takes back",
                join(
                        RawHttp2.frame(RawHttp2.GOAWAY, 0, 0, new byte[8]),
                        RawHttp2.frame(RawHttp2.GOAWAY, 0, 0, join(RawHttp2.number(1000), RawHttp2.number(0)))));
        all.put(
                "endless head",
                join(
                        RawHttp2.frame(RawHttp2.HEADERS, 0, stream, RawHttp2.block(":status", "200")),
                        repeat(
                                300,
                                RawHttp2.frame(
                                        RawHttp2.CONTINUATION, 0, stream, RawHttp2.block("a", "b".repeat(1000))))));
        all.put(
                "garbage",
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        return all;
    }

    @Test
    void whatAnOriginBreaksIsNoGoodAnswer() throws Exception {
        var failures = new LinkedHashMap<String, Object>();
        for (String name : badAnswers(1).keySet()) {
            try (var origin = ServedOrigin.start((socket, number) -> {
                RawHttp2 server = http2(socket);
                int stream = server.await(RawHttp2.HEADERS).stream();
                server.send(Objects.requireNonNull(badAnswers(stream).get(name)));
                while (server.read() != null) {
                    // until the proxy ends it
                }
            })) {
                String found = ask(origin.port());
                if (!found.equals("502") && !found.equals("broken off")) {
                    failures.put(name, found);
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    private String ask(int port) throws Exception {
        try (var client = client(port)) {
            client.headers(1, true, RawHttp2.get("/"));
            RawHttp2.Answer answer = client.answer(1);
            return answer.whole() ? Integer.toString(answer.status()) : "broken off";
        } catch (java.net.SocketTimeoutException hang) {
            return "no end";
        }
    }

    private RawHttp2 client(int port) throws IOException {
        return RawHttp2.client(proxy.open(proxy.tunnel(port), "h2"));
    }

    @Test
    void anOriginThatChangesItsSettingsForEverIsNotRepeatedForEver() throws Exception {
        int changes = 3_000;
        try (var origin = ServedOrigin.start((socket, number) -> {
                    RawHttp2 server = http2(socket);
                    for (int i = 0; i < changes; i++) {
                        server.send(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(3, 50 + i % 2));
                    }
                    RawHttp2.Frame request = server.await(RawHttp2.HEADERS);
                    server.headers(request.stream(), true, RawHttp2.block(":status", "204"));
                    server.awaitEnd();
                });
                var client = client(origin.port())) {
            client.headers(1, true, RawHttp2.get("/"));
            int told = 0;
            RawHttp2.Frame frame;
            do {
                frame = Objects.requireNonNull(client.read());
                told += frame.type() == RawHttp2.SETTINGS && frame.flags() == 0 ? 1 : 0;
            } while (frame.type() != RawHttp2.HEADERS);

            assertThat(told).isLessThan(110);
        }
    }

    /** An origin of HTTP/2 that answers nothing. */
    private ServedOrigin silent() throws IOException {
        return ServedOrigin.start((socket, number) -> {
            RawHttp2 server = http2(socket);
            while (server.read() != null) {
                // on and on
            }
        });
    }

    private RawHttp2 http2(Socket socket) throws IOException {
        SSLSocket tls = ServedOrigin.tls(socket, context);
        SSLParameters parameters = tls.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        tls.setSSLParameters(parameters);
        return RawHttp2.server(tls);
    }

    private static byte[] head(int stream, String... fields) {
        return RawHttp2.frame(RawHttp2.HEADERS, 5, stream, RawHttp2.block(fields));
    }

    private static byte[] join(byte[] one, byte[] two) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(one);
        out.writeBytes(two);
        return out.toByteArray();
    }

    private static byte[] repeat(int times, byte[] piece) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }
}
