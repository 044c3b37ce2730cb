package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.CommandReceived;
import java.io.File;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Ending sessions by command, and the engine as a whole. */
class ShutdownTest {
    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsOneTunnelAndIsRecordedBeforeItsEffect(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).eventLoops(3));
                var spared = TestTunnel.open(proxy)) {
            for (int i = 0; i < 6; i++) { // on all loops
                var tunnel = TestTunnel.open(proxy);
                tunnel.client().writePattern(10);
                tunnel.origin().readPattern(10);
                long id = tunnel.session(proxy).opened.sessionId();

                proxy.engine().closeSession(id, "tester", "");

                assertThat(tunnel.client().readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
                assertThat(tunnel.origin().readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
                TestLedger.Session session = tunnel.closedSession(proxy);
                assertThat(session.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
                assertThat(session.noticesBeforeClose).contains(new CommandReceived("closeConnection", id, "tester"));
                tunnel.close();
            }
            assertThat(spared.session(proxy).isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsSomeTunnelsAndIsRecordedOnceBeforeItsEffect(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).eventLoops(3));
                var spared = TestTunnel.open(proxy)) {
            List<TestTunnel> tunnels = new ArrayList<>();
            List<Long> ids = new ArrayList<>();
            for (int i = 0; i < 6; i++) { // on all loops
                TestTunnel tunnel = TestTunnel.open(proxy);
                tunnels.add(tunnel);
                ids.add(tunnel.session(proxy).opened.sessionId());
            }
            ids.add(4_711L); // one that has ended in the meantime

            proxy.engine().closeSessions(ids, "closeSessions host=a.example", "tester", "over quota");

            var command = new CommandReceived("closeSessions host=a.example", 0, "tester", "over quota");
            for (TestTunnel tunnel : tunnels) {
                assertThat(tunnel.client().readToEnd()).isIn(Peer.End.FIN, Peer.End.RESET);
                TestLedger.Session session = tunnel.closedSession(proxy);
                assertThat(session.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
                assertThat(session.noticesBeforeClose).contains(command);
                tunnel.close();
            }
            assertThat(proxy.ledger().notices()).containsOnlyOnce(command);
            assertThat(spared.session(proxy).isClosed()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsAllTunnels(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport))) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }

            proxy.engine().closeAllSessions("tester", "");

            for (TestTunnel tunnel : tunnels) {
                assertThat(tunnel.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
                tunnel.close();
            }
            assertThat(proxy.ledger().notices()).contains(new CommandReceived("closeAllConnections", 0, "tester"));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelThatEndsInTheTimeToDrainIsComplete(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).drain(Duration.ofMinutes(5)));
                var tunnel = TestTunnel.open(proxy)) {
            CompletableFuture<Void> closing = Peer.async(() -> {
                proxy.engine().close();
                return null;
            });
            await().until(() -> isRefused(proxy.address()));
            tunnel.client().writePattern(100_000);
            tunnel.client().shutdownOutput();
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            tunnel.origin().close();
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);

            closing.get(30, TimeUnit.SECONDS);
            assertThat(tunnel.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(tunnel.closedSession(proxy).counts().originUp()).isEqualTo(100_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsOpenAfterTheTimeToDrainIsEndedAndPublishedBeforeCloseReturns(Transport transport) throws Exception {
        var proxy = TestProxy.start(settings -> settings.transport(transport).drain(Duration.ofMillis(300)));
        List<TestTunnel> tunnels = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            TestTunnel tunnel = TestTunnel.open(proxy);
            tunnels.add(tunnel);
            Peer.async(() -> tunnel.client().writeUntilBroken(64 * 1024));
            if (i % 2 == 0) {
                Peer.async(() -> tunnel.origin().readToEnd());
            }
        }
        var connecting = new BlackHole();
        Peer waiting = TestTunnel.connect(proxy, 0);
        waiting.write(TestTunnel.head(connecting.authority()).getBytes(StandardCharsets.US_ASCII));
        TestTunnel.session(proxy, waiting);

        proxy.close();

        assertThat(proxy.ledger().sessions())
                .hasSize(11)
                .allMatch(session -> session.isClosed() && session.closed.reason() == CloseReason.NODE_STOPPED);
        for (TestTunnel tunnel : tunnels) {
            tunnel.close();
        }
        waiting.close();
        connecting.close();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void bytesOfAHeadThatNeverBecameWholeCountInAClosedSession(Transport transport) throws Exception {
        var proxy = TestProxy.start(settings -> settings.transport(transport).eventLoops(1));
        String part = "CONNECT example.test:443 HTTP/1.1\r\nHost: exam";
        try (var client = TestTunnel.connect(proxy, 0);
                var other = TestTunnel.open(proxy)) {
            client.write(part.getBytes(StandardCharsets.US_ASCII));
            other.client().writePattern(1); // is read after it, by the same loop
            other.origin().readPattern(1);

            proxy.close();

            assertThat(proxy.ledger().sessions()).hasSize(2).allMatch(TestLedger.Session::isClosed);
            long up = proxy.ledger().rootTotals().up();
            assertThat(up).isEqualTo(part.length() + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoAsksWhileTheNodeStopsIsToldSoAndCounted(Transport transport) throws Exception {
        var proxy = TestProxy.start(
                settings -> settings.transport(transport).eventLoops(1).drain(Duration.ofMinutes(5)));
        try (var client = TestTunnel.connect(proxy, 0);
                var tunnel = TestTunnel.open(proxy)) {
            client.write("CONNECT".getBytes(StandardCharsets.US_ASCII)); // so it is not idle
            tunnel.client().writePattern(1);
            tunnel.origin().readPattern(1);
            CompletableFuture<Void> closing = Peer.async(() -> {
                proxy.close();
                return null;
            });
            await().until(() -> isDraining(proxy));
            client.write(" a.test:1 HTTP/1.1\r\nHost: a.test:1\r\n\r\nmore".getBytes(StandardCharsets.US_ASCII));

            assertThat(new String(client.readExactly(12), StandardCharsets.US_ASCII))
                    .isEqualTo("HTTP/1.1 503");
            tunnel.client().close();
            tunnel.origin().close();
            closing.get(30, TimeUnit.SECONDS);
            assertThat(proxy.ledger().sessions()).hasSize(2).allMatch(TestLedger.Session::isClosed);
            assertThat(proxy.ledger().rootTotals().up()).isEqualTo(client.written() + 1);
        }
    }

    @Test
    void closingTwiceIsClosingOnce() {
        var proxy = TestProxy.start();

        proxy.engine().close();
        proxy.engine().close();

        proxy.engine().closeSession(1, "late", ""); // nobody is there any more, and nothing is thrown
        proxy.engine().closeAllSessions("late", "");
        proxy.close();
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void nothingStaysOpenAndNoThreadLives(Transport transport) throws Exception {
        var descriptors = new File("/proc/self/fd");
        Assumptions.assumeTrue(descriptors.isDirectory());
        cycle(transport); // what is opened once for all
        System.gc();
        int before = count(descriptors);

        for (int i = 0; i < 3; i++) {
            cycle(transport);
        }

        await().until(() -> count(descriptors) <= before);
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("weir-")));
    }

    private static void cycle(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                .nameServers(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 9)))
                .connectTimeout(Duration.ofMillis(600)))) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }
            try (Peer named = TestTunnel.connect(proxy, 0)) {
                named.write(TestTunnel.head("nobody.test:1").getBytes(StandardCharsets.US_ASCII));
                named.readExactly(12);
            }
            tunnels.get(0).client().reset();
            tunnels.get(1).origin().reset();
            for (TestTunnel tunnel : tunnels) {
                tunnel.close();
            }
        }
    }

    private static int count(File folder) {
        String[] names = folder.list();
        return names == null ? 0 : names.length;
    }

    private static boolean isDraining(TestProxy proxy) throws Exception {
        for (EngineLoop loop : proxy.engine().loops()) {
            if (!loop.eventLoop().submit(loop.admission()::isDraining).get(30, TimeUnit.SECONDS)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isRefused(InetSocketAddress address) {
        try (var probe = new java.net.Socket()) {
            probe.connect(address, 1000);
            return false;
        } catch (java.io.IOException refused) {
            return true;
        }
    }

    @Test
    void aPortThatIsTakenIsSaidSo() {
        try (var proxy = TestProxy.start()) {
            assertThatThrownBy(() -> ProxyEngine.start(
                            EngineConfig.defaults(proxy.address()),
                            proxy.ledger().bus()))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("cannot listen on 127.0.0.1:" + proxy.port())
                    .hasMessageContaining("--listen");
        }
    }
}
