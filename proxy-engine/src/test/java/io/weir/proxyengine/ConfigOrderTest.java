package io.weir.proxyengine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.OverloadStep;
import io.weir.proxyengine.rules.LiveRules;
import io.weir.proxyengine.rules.RuleSource;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes of a configuration stands behind its record, whatever the loops and the ledger do meanwhile. */
class ConfigOrderTest {
    private static final int SLOTS = 16;
    private static final ConfigChanged CHANGE = new ConfigChanged(2, "ab", "by=test");

    private final List<Wire> wires = new ArrayList<>();

    /** Two sessions in all, a MiB per second. */
    private static LiveConfig two() {
        return new LiveConfig(
                new Timeouts(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ZERO),
                new EngineLimits(1000, new SessionLimits(2, 0, 0), new BandwidthLimits(1 << 20, 0, 0)),
                PrivateDestinations.AUTO,
                null,
                null);
    }

    /** Keeps a loop from working until it is closed. */
    private static final class Held implements AutoCloseable {
        private final Latch latch = new Latch();

        Held(EngineLoop loop) {
            var begun = new Latch();
            loop.eventLoop().execute(() -> {
                begun.close();
                latch.await();
            });
            begun.await();
        }

        boolean isHolding() {
            return latch.isHolding();
        }

        @Override
        public void close() {
            latch.close();
        }
    }

    /** Clients of that loop that have said nothing yet; the others that came on the way are left alone. */
    private List<Wire> clientsOf(TestProxy proxy, EngineLoop loop, int count) throws Exception {
        List<Wire> found = new ArrayList<>();
        while (found.size() < count) {
            int before = loop.clients().count();
            int all = clients(proxy);
            Wire wire = new Wire(proxy.connect());
            wires.add(wire);
            await().until(() -> clients(proxy) == all + 1);
            if (loop.clients().count() > before) {
                found.add(wire);
            }
        }
        return found;
    }

    private static int clients(TestProxy proxy) {
        return proxy.engine().loops().stream()
                .mapToInt(loop -> loop.clients().count())
                .sum();
    }

    private static String answer(Wire client, ServerSocket origin) throws Exception {
        client.send(TestTunnel.head(Peer.authority(origin)));
        return client.readMessage();
    }

    /** Ends all, and what crossed their sockets is what was counted. */
    private void addUp(TestProxy proxy, int sessions) throws Exception {
        for (Wire each : wires) {
            each.reset();
        }
        proxy.ledger().awaitClosed(sessions);
        var sum = proxy.ledger().rootTotals();
        assertThat(sum.up() + sum.overheadUp())
                .isEqualTo(wires.stream().mapToLong(Wire::sent).sum());
        assertThat(sum.down() + sum.overheadDown())
                .isEqualTo(wires.stream().mapToLong(Wire::received).sum());
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = "NIO",
            mode = EnumSource.Mode.EXCLUDE) // by which loops count no clients
    void noOtherLoopGoesByItBeforeTheFirstHasRecordedIt(Transport transport) throws Exception {
        try (ServerSocket origin = Peer.listen(0);
                var proxy = TestProxy.start(settings ->
                        settings.transport(transport).intercept(null).eventLoops(2))) {
            List<EngineLoop> loops = List.copyOf(proxy.engine().loops());
            List<Wire> clients = clientsOf(proxy, loops.get(1), 6);
            CompletableFuture<Boolean> inForce;
            try (var held = new Held(loops.get(0))) {
                inForce = proxy.reconfigure(two(), CHANGE);

                for (Wire each : clients.subList(0, 3)) {
                    assertThat(answer(each, origin)).isEqualTo(TestTunnel.ANSWER);
                }
                assertThat(inForce).isNotDone();
                assertThat(proxy.engine().bandwidth().all().isLimited()).isFalse();
                assertThat(held.isHolding()).isTrue();
            }
            assertThat(inForce.get(20, TimeUnit.SECONDS)).isTrue();

            assertThat(proxy.engine().bandwidth().all().isLimited()).isTrue();
            assertThat(answer(clients.get(3), origin)).isEqualTo(TestTunnel.ANSWER);
            assertThat(answer(clients.get(4), origin)).isEqualTo(TestTunnel.ANSWER);
            assertThat(answer(clients.get(5), origin)).startsWith("HTTP/1.1 503 ");
            addUp(proxy, 6);
            assertThat(proxy.ledger().notices()).hasSize(2).first().isEqualTo(CHANGE);
            assertThat(proxy.ledger().notices()).last().isInstanceOf(ConnectionRefused.class);
            assertThat(proxy.ledger().sessions())
                    .extracting(each -> each.configVersion)
                    .containsExactly(0L, 0L, 0L, 2L, 2L, 2L);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "NIO", mode = EnumSource.Mode.EXCLUDE)
    void whileTheRingIsFullNothingComesOfItAndWhoAskedIsNotHeldUp(Transport transport) throws Exception {
        try (ServerSocket origin = Peer.listen(0);
                var proxy = TestProxy.start(
                        SLOTS,
                        settings ->
                                settings.transport(transport).intercept(null).eventLoops(2))) {
            List<EngineLoop> loops = List.copyOf(proxy.engine().loops());
            List<Wire> first = clientsOf(proxy, loops.get(0), 2);
            List<Wire> second = clientsOf(proxy, loops.get(1), 3);
            CompletableFuture<Boolean> inForce;
            Held held;
            try (var stalled = proxy.ledger().stall()) {
                while (proxy.ledger().bus().backlog() < SLOTS) {
                    Wire filling = new Wire(proxy.connect());
                    wires.add(filling);
                    filling.send("NONSENSE\r\n\r\n");
                    filling.readRest();
                }
                assertThat(answer(first.get(0), origin)).isEqualTo(TestTunnel.ANSWER);
                inForce = proxy.reconfigure(two(), CHANGE);
                for (Wire each : List.of(second.get(0), second.get(1), first.get(1))) {
                    assertThat(answer(each, origin)).isEqualTo(TestTunnel.ANSWER);
                }
                assertThat(inForce).isNotDone();
                held = new Held(loops.get(0)); // so that the other loop is the first to publish when there is room
                assertThat(stalled.isHolding()).isTrue();
            }
            String remote = "127.0.0.1:" + second.get(0).socket().getLocalPort();
            proxy.ledger().awaitSession(each -> each.opened.remote().equals(remote));
            held.close();
            assertThat(inForce.get(20, TimeUnit.SECONDS)).isTrue();

            assertThat(answer(second.get(2), origin)).isEqualTo(TestTunnel.ANSWER);
            addUp(proxy, 5);
            assertThat(proxy.ledger().sessions())
                    .filteredOn(each -> each.configVersion == 2)
                    .hasSize(1);
        }
    }

    @Test
    void rulesThatWereReadBeforeAChangeThatWaitsAreNotPutIntoItsPlace(@TempDir Path folder) throws Exception {
        var source = new RuleSource.OfFile(Files.writeString(folder.resolve("rules"), "allow host=a.example\n"));
        try (var proxy = TestProxy.start(settings -> settings.rules(source).eventLoops(2))) {
            ProxyEngine engine = proxy.engine();
            LiveRules.Ready early = read(engine, source);
            CompletableFuture<Boolean> inForce;
            try (var held = new Held(engine.loops().iterator().next())) {
                inForce = proxy.reconfigure(two(), CHANGE);
                assertThat(engine.prepareRules(two(), early)).isEmpty();
                assertThat(held.isHolding()).isTrue();
            }
            assertThat(inForce.get(20, TimeUnit.SECONDS)).isTrue();
            assertThat(engine.prepareRules(two(), read(engine, source))).isPresent();
        }
    }

    private static LiveRules.Ready read(ProxyEngine engine, RuleSource source) {
        return requireNonNull(engine.prepare(two(), source, null).ready());
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void afterTheStopItIsVoidAndSaidToBe(Transport transport) throws Exception {
        TestProxy proxy = TestProxy.start(settings -> settings.transport(transport));
        PreparedConfig next = proxy.engine().prepare(two(), null, null);
        proxy.close();

        assertThat(proxy.engine().reconfigure(next, CHANGE, () -> {}).get(20, TimeUnit.SECONDS))
                .isFalse();

        assertThat(proxy.ledger().notices()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = Transport.class, names = "NIO")
    void aLostLoopDoesNotKeepTheOthersFromIt(Transport transport) throws Exception {
        try (var proxy =
                TestProxy.start(settings -> settings.transport(transport).eventLoops(2))) {
            List<EngineLoop> loops = List.copyOf(proxy.engine().loops());
            EngineLoop lost = loops.get(0);
            lost.eventLoop().submit(lost::release).syncUninterruptibly();
            lost.eventLoop().shutdownGracefully(0, 0, TimeUnit.SECONDS).syncUninterruptibly();

            assertThat(proxy.reconfigure(two(), CHANGE).get(20, TimeUnit.SECONDS))
                    .isTrue();

            await().until(() -> proxy.ledger().notices().contains(CHANGE));
            assertThat(loops.get(1).config().limits().sessions().all()).isEqualTo(2);
            proxy.engine().overload(OverloadStep.NORMAL, "");
            await().until(() -> NothingLeftBehind.check().stream()
                    .anyMatch(finding -> finding.contains("an event loop is lost"))); // by whoever has seen it first
        }
    }
}
