package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.OverloadChanged;
import io.weir.eventbus.OverloadStep;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the engine does at each step to spare what is short, that all of it ends with the step, and that every byte counts meanwhile. */
class OverloadTest {
    private static final int BYTES = 200_000; // each way

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatStandsStillEndsSoonerAndWhatMovesGoesOn(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).tunnelIdleTimeout(Duration.ofSeconds(12)));
                var overload = new ForcedOverload(proxy);
                var still = TestTunnel.open(proxy);
                var moving = TestTunnel.open(proxy)) {
            var stop = new AtomicBoolean();
            CompletableFuture<?> ticking = Peer.async(() -> {
                while (!stop.get()) {
                    moving.client().write(new byte[1]);
                    moving.origin().readExactly(1);
                }
                return null;
            });
            overload.force(OverloadStep.IDLE_SHORTENED);

            still.client().readToEnd();

            assertThat(still.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
            overload.force(OverloadStep.NORMAL);
            stop.set(true);
            ticking.get(30, TimeUnit.SECONDS);
            exchange(moving);
            assertThat(moving.session(proxy).isClosed()).isFalse();
            await().untilAsserted(
                            () -> assertThat(moving.session(proxy).counts().up())
                                    .isEqualTo(moving.client().written()));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void withoutKeepAliveAnswersSaySoAndIdleConnectionsEnd(Transport transport) throws Exception {
        try (var talk = Conversation.start(settings -> settings.transport(transport));
                var overload = new ForcedOverload(talk.proxy)) {
            Wire idle = talk.client();
            idle.send(talk.get("/1"));
            Wire origin = talk.origin.accept();
            origin.readHead();
            origin.send(Conversation.ok("one"));
            assertThat(idle.readMessage()).doesNotContain("connection: close");
            Wire late = talk.client();
            overload.force(OverloadStep.KEEP_ALIVE_OFF);

            assertThat(idle.readRest()).as("the end of an idle connection").isEmpty();
            late.send(talk.get("/2"));
            Wire second = talk.origin.accept(); // the idle one was not kept
            second.readHead();
            second.send(Conversation.ok("two"));
            assertThat(late.readMessage()).contains("\r\nconnection: close\r\n").endsWith("two");
            assertThat(late.readRest()).isEmpty();

            overload.force(OverloadStep.NORMAL);
            Wire after = talk.client();
            for (int i = 0; i < 2; i++) {
                after.send(talk.get("/3"));
                Wire third = i == 0 ? talk.origin.accept() : talk.origin.wires().get(2);
                third.readHead();
                third.send(Conversation.ok("three"));
                assertThat(after.readMessage()).doesNotContain("connection: close");
            }
            talk.settle(4);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void newSessionsAreRefusedWithTheReasonAndOpenOnesGoOn(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var overload = new ForcedOverload(proxy);
                var open = TestTunnel.open(proxy)) {
            overload.force(OverloadStep.REFUSING);
            long sent = 0;
            long received = 0;
            for (int i = 0; i < 10; i++) {
                try (var client = new Wire(proxy.connect())) {
                    client.send(
                            i % 2 == 0
                                    ? TestTunnel.head("a.example:443")
                                    : "GET http://b.example/ HTTP/1.1\r\nHost: b.example\r\n\r\n");
                    assertThat(client.readRest())
                            .startsWith("HTTP/1.1 503 ")
                            .contains("\r\nRetry-After: ")
                            .endsWith("overloaded: test 92 %\n");
                    sent += client.sent();
                    received += client.received();
                }
            }
            exchange(open);

            assertThat(proxy.engine().refusedForOverload()).isEqualTo(10);
            await().until(() -> refusals(proxy).size() == 10);
            List<ConnectionRefused> refused = refusals(proxy);
            assertThat(refused).allMatch(each -> each.reason().equals("overloaded: test 92 %"));
            assertThat(refused.stream().map(ConnectionRefused::target)).contains("a.example:443", "b.example:80");
            overload.force(OverloadStep.NORMAL);
            try (var again = TestTunnel.open(proxy)) {
                exchange(again);
                sent += again.headBytes() + open.headBytes() + 2L * BYTES;
                received += 2L * (TestTunnel.ANSWER.length() + BYTES);
            }
            awaitTotals(proxy, sent, received);
            assertThat(ForcedOverload.changes(proxy))
                    .containsExactly(
                            new OverloadChanged(OverloadStep.REFUSING, OverloadStep.NORMAL, "test 92 %"),
                            new OverloadChanged(OverloadStep.NORMAL, OverloadStep.REFUSING, ""));
        }
    }

    /** What clients wrote and read is what the ledger has. */
    private static void awaitTotals(TestProxy proxy, long sent, long received) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            Tally sum = proxy.ledger().rootTotals();
            assertThat(sum.receivedFromClient()).isEqualTo(sent);
            assertThat(sum.deliveredToClient()).isEqualTo(received);
        });
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void nobodyIsAcceptedForAWhileAndWhoWaitsIsServedAfterwards(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).eventLoops(1));
                var overload = new ForcedOverload(proxy);
                var open = TestTunnel.open(proxy)) {
            overload.force(OverloadStep.ACCEPT_PAUSED);
            Wire first = new Wire(proxy.connect()); // by which a channel notices that it is to pause
            first.send(TestTunnel.head("a.example:443"));
            if (!transport.hasRawSockets()) { // else it takes both at once, if both are there
                await().until(() -> proxy.engine().connections() == 2);
            }
            try (Wire waiting = new Wire(proxy.connect())) {
                waiting.send("GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n");
                exchange(open);
                waiting.socket().setSoTimeout(300);
                assertThat(waiting.isSilent()).isTrue();
                waiting.socket().setSoTimeout(30_000);
                assertThat(proxy.engine().connections()).isLessThanOrEqualTo(2);

                overload.force(OverloadStep.NORMAL);
                assertThat(waiting.readHead()).startsWith("HTTP/1.1 400 ");
            }
            first.close();
            try (var again = TestTunnel.open(proxy)) {
                exchange(again);
            }
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void everyByteCountsWhateverStepsComeAndGo(long seed) throws Exception {
        Random random = new Random(seed);
        try (var origin = ServedOrigin.start((socket, number) -> ServedOrigin.hello(socket));
                var proxy = TestProxy.start(settings -> settings.eventLoops(2));
                var overload = new ForcedOverload(proxy)) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }
            var stop = new AtomicBoolean();
            List<CompletableFuture<Clients>> work = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                work.add(Peer.async(() -> Clients.until(stop, proxy, origin)));
            }
            for (int i = 0; i < 12; i++) {
                overload.set(OverloadStep.ofCode(random.nextInt(5)));
                for (int round = random.nextInt(20); round >= 0; round--) {
                    exchange(tunnels.get(round % tunnels.size()));
                }
            }
            overload.force(OverloadStep.NORMAL);
            stop.set(true);
            long up = tunnels.stream()
                    .mapToLong(each -> each.headBytes() + each.client().written())
                    .sum();
            long down = tunnels.stream()
                    .mapToLong(
                            each -> TestTunnel.ANSWER.length() + each.client().read())
                    .sum();
            int refused = 0;
            for (CompletableFuture<Clients> one : work) {
                Clients clients = one.get(30, TimeUnit.SECONDS);
                up += clients.sent;
                down += clients.received;
                refused += clients.refused;
            }

            assertThat(proxy.engine().refusedForOverload()).isEqualTo(refused);
            awaitTotals(proxy, up, down);
            for (TestTunnel tunnel : tunnels) {
                assertThat(tunnel.session(proxy).isClosed()).isFalse();
                tunnel.close();
            }
        }
    }

    /** Clients one after the other, each with two requests if its connection goes on, and what they saw. */
    private static final class Clients {
        long sent;
        long received;
        int refused;

        static Clients until(AtomicBoolean stop, TestProxy proxy, ServedOrigin origin) throws IOException {
            var all = new Clients();
            while (!stop.get()) {
                try (var client = new Wire(proxy.connect())) {
                    all.talk(client, "GET http://127.0.0.1:" + origin.port() + "/ HTTP/1.1\r\nHost: x\r\n\r\n");
                    client.finish();
                    client.readRest();
                    all.sent += client.sent();
                    all.received += client.received();
                }
            }
            return all;
        }

        private void talk(Wire client, String request) throws IOException {
            client.send(request);
            String answer = client.readMessage();
            refused += answer.startsWith("HTTP/1.1 503 ") ? 1 : 0;
        }
    }

    private static List<ConnectionRefused> refusals(TestProxy proxy) {
        return proxy.ledger().notices().stream()
                .filter(ConnectionRefused.class::isInstance)
                .map(ConnectionRefused.class::cast)
                .toList();
    }

    /** Bytes both ways through a tunnel that stands. */
    private static void exchange(TestTunnel tunnel) throws Exception {
        CompletableFuture<?> up = Peer.async(() -> {
            tunnel.client().writePattern(BYTES);
            return null;
        });
        tunnel.origin().readExactly(BYTES);
        up.get(30, TimeUnit.SECONDS);
        CompletableFuture<?> down = Peer.async(() -> {
            tunnel.origin().writePattern(BYTES);
            return null;
        });
        tunnel.client().readExactly(BYTES);
        down.get(30, TimeUnit.SECONDS);
    }
}
