package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.proxyengine.InterceptedTalk.Layer;
import io.weir.proxyengine.access.TestUsers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP that is limited, plain and inside tunnels that are read. */
@Tag("jdk")
class BandwidthHttpTest {
    private static final long RATE = 4 << 20;
    private static final int BYTES = 13 << 17;

    /** What channels may read at once besides: what came with a head, and a record of TLS. */
    private static final long BEYOND = 128 << 10;

    @TempDir
    Path folder;

    private static UnaryOperator<EngineConfigBuilder> limited(Transport transport, long perSession) {
        return settings -> settings.transport(transport).bandwidth(new BandwidthLimits(0, 0, perSession));
    }

    private static Conversation start(Transport transport) throws IOException {
        return Conversation.start(limited(transport, RATE));
    }

    private static String body(int bytes) {
        return "x".repeat(bytes);
    }

    private static CompletableFuture<Wire> send(Wire wire, String text) {
        return Peer.async(() -> wire.send(text));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResponseIsLimited(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            var pace = new Pacer();
            send(origin, Conversation.ok(body(BYTES)));
            assertThat(client.readMessage()).endsWith("xx");
            pace.assertNotFaster(BYTES, RATE, 0);

            TestLedger.Session session = talk.settle(1).get(0);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResponseInChunksIsLimited(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            var pace = new Pacer();
            String chunk = "20000\r\n" + body(0x20000) + "\r\n";
            send(origin, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(13) + "0\r\n\r\n");
            client.readMessage();
            pace.assertNotFaster(BYTES, RATE, 0);
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRequestIsLimited(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            var pace = new Pacer();
            send(client, talk.post("/", "Content-Length: " + BYTES + "\r\n", body(BYTES)));
            Wire origin = talk.origin.accept();
            assertThat(origin.readMessage()).endsWith("xx");
            pace.assertNotFaster(BYTES, RATE, BEYOND);
            origin.send(Conversation.ok("done"));
            assertThat(client.readMessage()).endsWith("done");
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRequestInChunksIsLimitedWhileItsAnswerGoesOn(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            var pace = new Pacer();
            String chunk = "20000\r\n" + body(0x20000) + "\r\n";
            send(client, talk.post("/", "Transfer-Encoding: chunked\r\n", chunk.repeat(13) + "0\r\n\r\n"));
            Wire origin = talk.origin.accept();
            String head = origin.readHead();
            String whole = Conversation.ok(body(BYTES));
            CompletableFuture<Wire> answer = send(origin, whole.substring(0, whole.length() - 1));
            CompletableFuture<String> answered = Peer.async(client::readMessage);
            origin.readBody(head);
            pace.assertNotFaster(BYTES, RATE, BEYOND);
            answer.get(30, TimeUnit.SECONDS);
            origin.send("x"); // not before, as an answer's end would cut the request short
            assertThat(answered.get(30, TimeUnit.SECONDS)).endsWith("xx");
            pace.assertNotFaster(BYTES, RATE, 0);
            talk.settle(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void manySmallExchangesOfAConnectionAreNoFasterThanALargeOne(Transport transport) throws Exception {
        int each = 32 << 10;
        int count = BYTES / each;
        try (var talk = start(transport)) {
            Wire client = talk.client();
            var pace = new Pacer();
            CompletableFuture<Void> served = Peer.async(() -> {
                Wire origin = talk.origin.accept();
                for (int i = 0; i < count; i++) {
                    origin.readMessage();
                    origin.send(Conversation.ok(body(each)));
                }
                return null;
            });
            for (int i = 0; i < count; i++) {
                client.send(talk.post("/", "Content-Length: " + each + "\r\n", body(each)));
                client.readMessage();
            }
            pace.assertNotFaster(BYTES, RATE, BEYOND);
            served.get(30, TimeUnit.SECONDS);
            talk.settle(count);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void smallRequestsAreLimitedThoughNothingComesBack(Transport transport) throws Exception {
        int each = 16 << 10;
        int count = BYTES / each;
        try (var talk = start(transport)) {
            Wire client = talk.client();
            var pace = new Pacer();
            CompletableFuture<Void> served = Peer.async(() -> {
                Wire origin = talk.origin.accept();
                for (int i = 0; i < count; i++) {
                    origin.readMessage();
                    origin.send(Conversation.ok(""));
                }
                return null;
            });
            send(
                    client,
                    talk.post("/", "Content-Length: " + each + "\r\n", body(each))
                            .repeat(count)); // pipelined
            for (int i = 0; i < count; i++) {
                client.readMessage();
            }
            pace.assertNotFaster(BYTES, RATE, 2 * BEYOND);
            served.get(30, TimeUnit.SECONDS);
            talk.settle(count);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theNextRequestOfAConnectionGoesByItsOwnUser(Transport transport) throws Exception {
        Path users = TestUsers.write(folder.resolve("users"), "anna", "secret", "bert", "secret");
        try (var talk = Conversation.start(settings -> settings.transport(transport)
                .access(new AccessConfig(users, List.of(), AccessConfig.REALM))
                .bandwidth(new BandwidthLimits(0, RATE, 0)))) {
            Wire client = talk.client();
            client.send(as("anna", talk.get("/1")));
            Wire origin = talk.origin.accept();
            origin.readHead();
            var pace = new Pacer();
            send(origin, Conversation.ok(body(BYTES)));
            client.readMessage();
            pace.assertNotFaster(BYTES, RATE, 0);
            client.send(as("bert", talk.get("/2")));
            origin.readHead();
            var second = new Pacer();
            send(origin, Conversation.ok(body(BYTES)));
            client.readMessage();
            second.assertNotFaster(BYTES, RATE, 0);

            assertThat(talk.proxy.engine().bandwidth().users()).isBetween(1, 2);
            assertThat(talk.settle(2)).extracting(each -> each.opened.user()).containsExactly("anna", "bert");
        }
    }

    private static String as(String user, String request) {
        String basic = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
        int lineEnd = request.indexOf("\r\n") + 2;
        return request.substring(0, lineEnd) + "Proxy-Authorization: Basic " + basic + "\r\n"
                + request.substring(lineEnd);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void framesAfterAnUpgradeAreLimited(Transport transport) throws Exception {
        try (var talk = start(transport)) {
            Wire client = talk.client();
            client.send("GET " + talk.origin.url("/chat") + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n");
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: x\r\n\r\n");
            client.readHead();
            var pace = new Pacer();
            send(client, body(BYTES));
            send(origin, body(BYTES));
            CompletableFuture<String> up = Peer.async(() -> origin.read(BYTES));
            client.read(BYTES);
            pace.assertNotFaster(BYTES, RATE, 0);
            up.get(30, TimeUnit.SECONDS);
            pace.assertNotFaster(BYTES, RATE, 0);
            origin.finish();
            client.finish();
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatLeavesWhileItsExchangeWaitsEndsIt(Transport transport) throws Exception {
        try (var talk = Conversation.start(limited(transport, 32 << 10))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            send(origin, Conversation.ok(body(BYTES)));
            client.read(1000);
            client.reset();

            TestLedger.Session session = talk.proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
            assertThat(session.counts().originDown()).isBetween(1000L, BYTES / 2L);
            assertThat(session.counts().down()).isGreaterThanOrEqualTo(1000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anExchangeThatWaitsForItsTurnIsNotIdle(Transport transport) throws Exception {
        try (var talk = Conversation.start(settings -> settings.transport(transport)
                .exchangeIdleTimeout(Duration.ofMillis(100))
                .bandwidth(new BandwidthLimits(0, 0, 1024)))) {
            Wire client = talk.client();
            client.send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok(body(1500)));
            assertThat(client.readMessage()).endsWith("xx");
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anInterceptedTunnelOfHttp1IsLimitedAsAWhole(Transport transport) throws Exception {
        try (var talk = InterceptedTalk.start(limited(transport, RATE), Layer.TLS)) {
            Wire client = talk.wire();
            var pace = new Pacer();
            send(client, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + BYTES + "\r\n\r\n" + body(BYTES));
            Wire origin = talk.originWire();
            String head = origin.readHead();
            String whole = Conversation.ok(body(BYTES));
            CompletableFuture<Wire> sending = send(origin, whole.substring(0, whole.length() - 1));
            CompletableFuture<String> answer = Peer.async(client::readMessage);
            origin.readBody(head);
            pace.assertNotFaster(BYTES, RATE, BEYOND);
            sending.get(30, TimeUnit.SECONDS);
            origin.send("x");
            assertThat(answer.get(30, TimeUnit.SECONDS)).endsWith("xx");
            pace.assertNotFaster(BYTES, RATE, 0);
            assertThat(talk.settle(1).get(0).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void twoStreamsOfAnInterceptedTunnelShareItsRate(Transport transport) throws Exception {
        try (var talk = InterceptedTalk.start(limited(transport, RATE), Layer.TLS, "h2")) {
            FramePeer client = talk.frames();
            int first = client.newStream();
            client.headers(first, true, FramePeer.request("GET", "/1"));
            int second = client.newStream();
            client.headers(second, true, FramePeer.request("GET", "/2"));
            FramePeer origin = talk.originFrames();
            var pace = new Pacer();
            int at = origin.awaitStream();
            int then = origin.awaitStream();
            for (int each : List.of(at, then)) {
                origin.headers(each, false, ":status", "200");
                Peer.async(() -> {
                    origin.data(each, body(BYTES / 2), true);
                    return null;
                });
            }
            assertThat(client.message(first).text()).hasSize(BYTES / 2);
            assertThat(client.message(second).text()).hasSize(BYTES / 2);
            pace.assertNotFaster(BYTES, RATE, 0);
            talk.settle(2);
        }
    }
}
