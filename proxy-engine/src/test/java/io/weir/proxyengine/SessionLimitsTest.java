package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.ClientSource;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.tls.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** How many sessions may be open: what is answered beyond that, what is recorded, and that each place is given back once. */
class SessionLimitsTest {
    private static final String ANNA = authorization("anna", "rot");
    private static final String BERT = authorization("bert", "blau");

    @TempDir
    Path folder;

    private static String authorization(String user, String password) {
        return "Proxy-Authorization: Basic "
                + Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8)) + "\r\n";
    }

    private static Conversation start(Transport transport, SessionLimits limits) throws IOException {
        return Conversation.start(settings -> settings.transport(transport).sessionLimits(limits));
    }

    private static String connect(Conversation talk) {
        return TestTunnel.head(talk.origin.authority());
    }

    private static Wire openTunnel(Conversation talk) throws IOException {
        Wire client = talk.client().send(connect(talk));
        assertThat(client.readHead()).startsWith("HTTP/1.1 200 ");
        talk.origin.accept();
        return client;
    }

    private static List<ConnectionRefused> refusals(Conversation talk) {
        return talk.proxy.ledger().notices().stream()
                .filter(ConnectionRefused.class::isInstance)
                .map(ConnectionRefused.class::cast)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelTooManyOfAClientIsAnsweredWith429AndCountedAndOneThatEndsMakesRoom(Transport transport)
            throws Exception {
        try (var talk = start(transport, new SessionLimits(0, 0, 2))) {
            Wire first = openTunnel(talk);
            openTunnel(talk);
            Wire third = talk.client().send(connect(talk));
            String answer = third.readHead();
            answer += third.readBody(answer);

            assertThat(answer)
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .contains("\r\nRetry-After: 5\r\n", "this client has 2 sessions open, as many as it may");
            third.finish().close();
            TestLedger.Session refused = talk.proxy.ledger().awaitSession(TestLedger.Session::isClosed);
            assertThat(refused.closed.reason()).isEqualTo(CloseReason.OVERLOADED);
            assertThat(refused.closed.status()).isEqualTo(429);
            assertThat(refused.counts()).isEqualTo(new Tally(0, 0, connect(talk).length(), answer.length(), 0, 0));
            assertThat(refusals(talk))
                    .containsExactly(new ConnectionRefused(
                            refused.opened.sessionId(),
                            refused.opened.remote(),
                            talk.origin.authority(),
                            "this client has 2 sessions open, as many as it may"));
            first.reset();
            talk.proxy.ledger().awaitSession(session -> session.isClosed() && !session.equals(refused));
            openTunnel(talk);
            assertThat(talk.proxy.engine().places().keys()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsTooMuchForAllIsAnsweredWith503(Transport transport) throws Exception {
        try (var talk = start(transport, new SessionLimits(1, 0, 0))) {
            Wire exchange = talk.client().send(talk.get("/"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            Wire tunnel = talk.client().send(connect(talk));
            assertThat(tunnel.readHead()).startsWith("HTTP/1.1 503 ");
            Wire second = talk.client().send(talk.get("/"));
            assertThat(second.readHead()).startsWith("HTTP/1.1 503 ");
            origin.send(Conversation.ok("done"));
            assertThat(exchange.readMessage()).endsWith("done");

            exchange.send(talk.get("/again")); // the place is free, on the same connection
            origin.readHead();
            origin.send(Conversation.ok("again"));
            assertThat(exchange.readMessage()).endsWith("again");
            await().untilAsserted(() -> assertThat(refusals(talk)).hasSize(2));
        }
    }

    @Test
    void aLimitOfUsersIsForEachOfThem() throws Exception {
        Path file = TestUsers.write(folder.resolve("users"), "anna", "rot", "bert", "blau");
        try (var talk = Conversation.start(
                new TestUsers().runsAtOnce(true).open(file),
                settings -> settings.sessionLimits(new SessionLimits(0, 1, 0))
                        .access(new AccessConfig(file, List.of(), AccessConfig.REALM)))) {
            String head = connect(talk);
            String annas = head.substring(0, head.length() - 2) + ANNA + "\r\n";
            String berts = head.substring(0, head.length() - 2) + BERT + "\r\n";
            assertThat(talk.client().send(annas).readHead()).startsWith("HTTP/1.1 200 ");
            talk.origin.accept();
            assertThat(talk.client().send(annas).readMessage())
                    .startsWith("HTTP/1.1 429 ")
                    .contains("this user has 1 sessions open");
            assertThat(talk.client().send(berts).readHead()).startsWith("HTTP/1.1 200 ");
            talk.origin.accept();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void socksIsRefusedInGeneral(Transport transport) throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var talk = Conversation.start(settings -> settings.transport(transport)
                .sessionLimits(new SessionLimits(0, 0, 1))
                .listeners(ListenerConfig.of(ListenerKind.SOCKS5, address)))) {
            int port = Integer.parseInt(talk.origin.authority().substring("127.0.0.1:".length()));
            byte[] said = {5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port};
            assertThat(talk.client().send(said).read(12).charAt(3)).isEqualTo((char) 0);
            talk.origin.accept();
            assertThat(talk.client().send(said).read(12).charAt(3)).isEqualTo((char) 1);
            await().untilAsserted(() -> assertThat(refusals(talk)).hasSize(1));
        }
    }

    @Test
    void exchangesInsideATunnelAreTheTunnels() throws Exception {
        InterceptConfig intercept = InterceptConfig.all(TestAuthority.create().asAuthority());
        try (var talk = Conversation.start(
                settings -> settings.sessionLimits(new SessionLimits(1, 1, 1)).intercept(intercept))) {
            Wire client = talk.client().send(connect(talk));
            client.readHead();
            Wire origin = talk.origin.accept();
            for (int i = 0; i < 3; i++) {
                client.send("GET /" + i + " HTTP/1.1\r\nHost: " + talk.origin.authority() + "\r\n\r\n");
                origin.readHead();
                origin.send(Conversation.ok("ok"));
                assertThat(client.readMessage()).endsWith("ok");
            }
            assertThat(talk.client().send(connect(talk)).readHead()).startsWith("HTTP/1.1 429 ");
            client.close();
            talk.proxy.ledger().awaitExchanges(3);
            await().until(() -> talk.proxy.engine().places().open() == 0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "2001:db8::1, 2001:db8::ffff:1, true",
        "2001:db8::1, 2001:db8:0:1::1, false"
    })
    void aClientHasAllOfItsNetwork(String one, String other, boolean isSame) throws Exception {
        boolean found = ClientSource.of(InetAddress.getByName(one)) == ClientSource.of(InetAddress.getByName(other));

        assertThat(found).isEqualTo(isSame);
    }

    @ParameterizedTest(name = "seed {0} {1}")
    @CsvSource({"1, SPLICE", "2, EPOLL", "3, NIO", "4, SPLICE"})
    void howeverASessionEndsItsPlaceIsGivenBackOnce(long seed, Transport transport) throws Exception {
        var refused = new AtomicInteger();
        var served = new AtomicInteger();
        try (ServedOrigin origin = ServedOrigin.start((socket, number) -> ServedOrigin.hello(socket));
                var proxy = TestProxy.start(settings ->
                        settings.transport(transport).eventLoops(2).sessionLimits(new SessionLimits(5, 0, 4)))) {
            SessionPlaces places = proxy.engine().places();
            List<CompletableFuture<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                var random = new Random(seed * 100 + i);
                clients.add(Peer.async(() -> {
                    for (int step = 0; step < 25; step++) {
                        int status = step(proxy, origin, random);
                        (status == 200 ? served : refused).addAndGet(status == 0 ? 0 : 1);
                        assertThat(places.open()).isBetween(0, 4);
                    }
                    return 0;
                }));
            }
            for (CompletableFuture<Integer> each : clients) {
                each.get(30, TimeUnit.SECONDS);
            }
            proxy.ledger().awaitClosed(1);
            await().atMost(Duration.ofSeconds(30)).until(() -> places.open() == 0 && places.keys() == 0);
            await().untilAsserted(() -> assertThat(overloaded(proxy)).isGreaterThanOrEqualTo(refused.get()));
        }
        assertThat(served.get()).isPositive();
        assertThat(refused.get()).isPositive();
    }

    /** So far; of who has left at once there may be sessions to come. */
    private static long overloaded(TestProxy proxy) {
        return proxy.ledger().sessions().stream()
                .filter(session -> session.isClosed() && session.closed.reason() == CloseReason.OVERLOADED)
                .count();
    }

    /** Asks for something and goes on with it, or not. Answers the status; 0 if it did not wait for it. */
    private static int step(TestProxy proxy, ServedOrigin origin, Random random) throws IOException {
        String authority = "127.0.0.1:" + (random.nextInt(6) == 0 ? 1 : origin.port());
        boolean isTunnel = random.nextBoolean();
        String target = isTunnel ? "CONNECT " + authority : "GET http://" + authority + "/";
        try (Wire client = new Wire(proxy.connect())) {
            client.send(target + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
            if (random.nextInt(4) == 0) {
                client.reset();
                return 0;
            }
            int status = Integer.parseInt(client.readHead().substring(9, 12));
            if (status == 502) {
                return 0;
            }
            if (status == 200 && isTunnel && random.nextBoolean()) {
                client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").readMessage();
            }
            if (random.nextInt(3) == 0) {
                client.reset();
            } else if (random.nextInt(3) == 0) {
                client.finish();
                client.drain();
            }
            return status;
        }
    }
}
