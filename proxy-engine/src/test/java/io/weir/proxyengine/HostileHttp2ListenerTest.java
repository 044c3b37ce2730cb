package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.proxyengine.SecureListener.Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that break the rules of HTTP/2 to the proxy: refused, bounded, never translated into another request, and counted to the last byte. */
@Tag("jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHttp2ListenerTest {
    @TempDir
    static Path folder;

    private SecureListener listener;
    private TestProxy proxy;
    private ServerSocket server;
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeAll
    void start() throws Exception {
        listener = new SecureListener(folder);
        proxy = listener.start(settings -> settings);
        server = Peer.listen(0);
        server.setSoTimeout(0);
        var accepting = new Thread(() -> {
            try {
                while (true) {
                    server.accept();
                    asked.incrementAndGet();
                }
            } catch (IOException closed) {
                // at the end
            }
        });
        accepting.setDaemon(true);
        accepting.start();
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        await().until(() -> proxy.engine().connections() == 0);
        proxy.close();
        assertThat(proxy.ledger().sessions()).allMatch(TestLedger.Session::isClosed);
    }

    private RawHttp2 client(Client secure) throws IOException {
        return RawHttp2.client(secure.tls());
    }

    private Client connect() throws IOException {
        return listener.connect(proxy, "h2");
    }

    /** For our origin, by plain HTTP. */
    private byte[] forProxy(byte[] block) {
        byte[] scheme = replace(block, RawHttp2.block("", "https"), RawHttp2.block("", "http"));
        return replace(scheme, RawHttp2.block("", "localhost"), RawHttp2.block("", Peer.authority(server)));
    }

    /** Both with an empty name before them, which is no part of it. */
    private static byte[] replace(byte[] block, byte[] old, byte[] other) {
        String text = new String(block, StandardCharsets.ISO_8859_1);
        String before = new String(old, 2, old.length - 2, StandardCharsets.ISO_8859_1);
        String after = new String(other, 2, other.length - 2, StandardCharsets.ISO_8859_1);
        return text.replace(before, after).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void noMalformedHeadReachesAnOrigin() throws Exception {
        Map<String, byte[]> all = new LinkedHashMap<>();
        HostileHttp2Test.badHeads().forEach((name, block) -> all.put(name, forProxy(block)));
        all.put(
                "a line in the scheme",
                RawHttp2.block(
                        ":method",
                        "GET",
                        ":scheme",
                        "http://x/ HTTP/1.1\r\n",
                        ":authority",
                        Peer.authority(server),
                        ":path",
                        "/"));
        all.put(
                "CONNECT with a path",
                RawHttp2.block(
                        ":method", "CONNECT", ":scheme", "http", ":authority", Peer.authority(server), ":path", "/"));
        all.put(
                "CONNECT with a user",
                RawHttp2.block(":method", "CONNECT", ":authority", "u@" + Peer.authority(server)));
        all.put(
                "CONNECT with a length",
                RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server), "content-length", "3"));
        all.put(
                "CONNECT elsewhere",
                RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server), "host", "x:1"));
        var failures = new LinkedHashMap<String, Object>();
        asked.set(0);
        for (Map.Entry<String, byte[]> each : all.entrySet()) {
            Client secure = connect();
            try (var client = client(secure)) {
                client.headers(1, !each.getKey().startsWith("CONNECT"), each.getValue());
                RawHttp2.Answer answer = client.answer(1);
                if (asked.getAndSet(0) > 0 || answer.status() == 200) {
                    failures.put(each.getKey(), answer);
                }
            }
        }
        assertThat(failures).isEmpty();
    }

    static Stream<String> breachNames() {
        return HostileHttp2Test.breaches().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("breachNames")
    void aBreachEndsTheConnectionAndAllThatIsOpen(String name) throws Exception {
        long before = rootBytes();
        Client secure = connect();
        try (var client = client(secure)) {
            client.headers(1, false, RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server)))
                    .await(RawHttp2.HEADERS);
            client.send(Objects.requireNonNull(HostileHttp2Test.breaches().get(name)));
            assertThat(client.await(RawHttp2.GOAWAY).errorCode()).isPositive();
            client.awaitEnd();
        }
        await().until(() -> proxy.engine().connections() == 0);
        await().untilAsserted(() -> assertThat(rootBytes() - before)
                .isEqualTo(secure.raw().written() + secure.raw().read()));
    }

    private long rootBytes() {
        var sum = proxy.ledger().rootTotals();
        return sum.up() + sum.overheadUp() + sum.down() + sum.overheadDown();
    }

    @Test
    void rapidResetsEndTheConnection() throws Exception {
        Client secure = connect();
        try (var client = client(secure)) {
            byte[] block = RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server));
            var sent = Peer.async(() -> {
                for (int stream = 1; stream < 12_000; stream += 2) {
                    client.send(RawHttp2.frame(RawHttp2.HEADERS, 4, stream, block));
                    client.send(RawHttp2.frame(RawHttp2.RST_STREAM, 0, stream, RawHttp2.number(8)));
                }
                return null;
            });
            assertThat(client.await(RawHttp2.GOAWAY).errorCode())
                    .as("ENHANCE_YOUR_CALM")
                    .isEqualTo(11);
            client.awaitEnd();
            sent.handle((done, broken) -> true).get();
        }
    }

    static Stream<String> floodNames() {
        return HostileHttp2Test.floods().keySet().stream();
    }

    /** The client reads nothing; what is answered waits in the proxy, until that is too much. */
    @ParameterizedTest
    @MethodSource("floodNames")
    void aFloodEndsTheConnection(String name) throws Exception {
        Client secure = listener.connectNarrowly(proxy, "h2");
        try (var client = client(secure)) {
            NarrowEnd.of(secure.raw());
            client.headers(1, false, RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server)));
            if (name.endsWith("CONTINUATION")) {
                client.send(RawHttp2.HEADERS, 1, 3, RawHttp2.get("/"));
            }
            long until = System.nanoTime() + Duration.ofSeconds(90).toNanos();
            boolean ended = false;
            int stream = 3;
            while (!ended && System.nanoTime() < until) {
                var many = new ByteArrayOutputStream();
                for (int i = 0; i < 500; i++, stream += 2) {
                    many.writeBytes(
                            name.startsWith("malformed")
                                    ? RawHttp2.frame(RawHttp2.HEADERS, 5, stream, RawHttp2.block(":method", "GET"))
                                    : Objects.requireNonNull(
                                            HostileHttp2Test.floods().get(name)));
                }
                try {
                    client.send(many.toByteArray());
                } catch (IOException broken) {
                    ended = true;
                }
            }
            assertThat(ended).as("the connection's end").isTrue();
        }
    }

    @Test
    void moreStreamsThanAllowedAreRefusedAndAHeadThatIsTooLargeToo() throws Exception {
        Client secure = connect();
        try (var client = client(secure)) {
            byte[] block = RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server));
            for (int i = 0; i < 129; i++) {
                client.headers(1 + 2 * i, false, block);
            }
            assertThat(client.answer(257).resetCode()).as("REFUSED_STREAM").isEqualTo(7);
        }
        Client other = connect();
        try (var client = client(other)) {
            byte[] block =
                    RawHttp2.block(":method", "CONNECT", ":authority", Peer.authority(server), "x", "y".repeat(70_000));
            for (int at = 0; at < block.length; at += 16_384) {
                int to = Math.min(block.length, at + 16_384);
                client.send(
                        at == 0 ? RawHttp2.HEADERS : RawHttp2.CONTINUATION,
                        to == block.length ? RawHttp2.END_HEADERS : 0,
                        1,
                        Arrays.copyOfRange(block, at, to));
            }
            assertThat(client.answer(1).status()).isIn(0, 431);
        }
    }
}
