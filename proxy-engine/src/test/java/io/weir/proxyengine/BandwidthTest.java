package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.Tally;
import io.weir.proxyengine.access.TestUsers;
import io.weir.proxyengine.rules.RuleSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tunnels that are limited: nothing passes faster, all of it passes and counts, and they end as they would without. */
class BandwidthTest {
    private static final long MIB = 1 << 20;
    private static final long RATE = 4 * MIB;
    private static final int BYTES = (int) (2 * MIB - 300_077);

    @TempDir
    Path folder;

    private static TestProxy start(Transport transport, long all, long perUser, long perSession) {
        return TestProxy.start(
                settings -> settings.transport(transport).bandwidth(new BandwidthLimits(all, perUser, perSession)));
    }

    private static CompletableFuture<Void> write(Peer peer, long bytes) {
        return Peer.async(() -> {
            peer.writePattern(bytes);
            peer.shutdownOutput();
            return null;
        });
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void eachDirectionOfATunnelHasTheRateAndAllOfItPasses(Transport transport) throws Exception {
        try (var proxy = start(transport, 0, 0, RATE);
                var tunnel = TestTunnel.open(proxy)) {
            var pace = new Pacer();
            CompletableFuture<Void> up = write(tunnel.client(), BYTES);
            CompletableFuture<Void> down = write(tunnel.origin(), BYTES);
            CompletableFuture<Peer.End> answer =
                    Peer.async(() -> tunnel.client().readToEnd());
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            pace.assertNotFaster(BYTES, RATE, 0);
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
            pace.assertNotFaster(BYTES, RATE, 0);
            up.get(30, TimeUnit.SECONDS);
            down.get(30, TimeUnit.SECONDS);

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts())
                    .isEqualTo(new Tally(BYTES, BYTES, tunnel.headBytes(), TestTunnel.ANSWER.length(), BYTES, BYTES));
            assertThat(tunnel.client().read() + tunnel.origin().read()).isEqualTo(2L * BYTES);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whatIsSplicedIsLimitedToo(Transport transport) throws Exception {
        long rate = 64 * MIB;
        long bytes = 24 * MIB + 1;
        try (var proxy = start(transport, 0, 0, rate);
                var tunnel = TestTunnel.open(proxy)) {
            var pace = new Pacer();
            write(tunnel.origin(), bytes);
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            pace.assertNotFaster(bytes, rate, 0);
            tunnel.client().shutdownOutput();

            Tally counts = proxy.ledger().awaitOnlyClosed().counts();
            assertThat(counts.down()).isEqualTo(bytes).isEqualTo(counts.originDown());
            long spliced = 0;
            for (EngineLoop loop : proxy.engine().loops()) {
                spliced += loop.eventLoop()
                        .submit(() -> loop.movers().splicer().splicedBytes())
                        .get();
            }
            assertThat(spliced > 0).isEqualTo(transport == Transport.SPLICE);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aTunnelOfSocksIsLimited(Transport transport) throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .listeners(ListenerConfig.of(ListenerKind.SOCKS5, address))
                        .bandwidth(new BandwidthLimits(0, 0, RATE)));
                ServerSocket server = Peer.listen(0);
                Peer client = TestTunnel.connect(proxy, 0)) {
            int port = server.getLocalPort();
            client.socket()
                    .getOutputStream()
                    .write(new byte[] {5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, (byte) (port >> 8), (byte) port});
            assertThat(client.socket().getInputStream().readNBytes(12)).hasSize(12);
            try (var origin = new Peer(server.accept())) {
                var pace = new Pacer();
                write(client, BYTES);
                assertThat(origin.readToEnd()).isEqualTo(Peer.End.FIN);
                pace.assertNotFaster(BYTES, RATE, 0);
            }
            assertThat(proxy.ledger().awaitOnlyClosed().counts()).isEqualTo(new Tally(BYTES, 0, 13, 12, BYTES, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void allSessionsOnAllLoopsShareWhatIsForAll(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                settings -> settings.transport(transport).eventLoops(2).bandwidth(new BandwidthLimits(RATE, 0, 0)))) {
            List<TestTunnel> tunnels = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                tunnels.add(TestTunnel.open(proxy));
            }
            var pace = new Pacer();
            tunnels.forEach(each -> write(each.origin(), BYTES / 4));
            List<CompletableFuture<Peer.End>> readers = tunnels.stream()
                    .map(each -> Peer.async(() -> each.client().readToEnd()))
                    .toList();
            for (CompletableFuture<Peer.End> each : readers) {
                assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
            }
            pace.assertNotFaster(6L * (BYTES / 4), RATE, 6 * 1460);
            for (TestTunnel each : tunnels) {
                each.close();
            }

            proxy.ledger().awaitClosed(6);
            assertThat(proxy.ledger().rootTotals().down()).isEqualTo(6L * (BYTES / 4));
        }
    }

    private static TestTunnel open(TestProxy proxy, String user) throws IOException {
        String basic = Base64.getEncoder().encodeToString((user + ":secret").getBytes(StandardCharsets.UTF_8));
        return TestTunnel.open(proxy, "Proxy-Authorization: Basic " + basic + "\r\n");
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theSessionsOfOneUserShareAndThoseOfAnotherDoNot(Transport transport) throws Exception {
        Path users = TestUsers.write(folder.resolve("users"), "anna", "secret", "bert", "secret");
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                .eventLoops(2)
                .access(new AccessConfig(users, List.of(), AccessConfig.REALM))
                .bandwidth(new BandwidthLimits(0, RATE, 0)))) {
            try (var first = open(proxy, "anna");
                    var second = open(proxy, "anna");
                    var other = open(proxy, "bert")) {
                var pace = new Pacer();
                write(first.origin(), BYTES / 2);
                write(second.origin(), BYTES / 2);
                write(other.origin(), BYTES);
                CompletableFuture<Peer.End> one =
                        Peer.async(() -> first.client().readToEnd());
                CompletableFuture<Peer.End> two =
                        Peer.async(() -> second.client().readToEnd());
                CompletableFuture<Peer.End> three =
                        Peer.async(() -> other.client().readToEnd());
                assertThat(one.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
                assertThat(two.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
                pace.assertNotFaster(2L * (BYTES / 2), RATE, 2 * 1460);
                assertThat(three.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
                assertThat(proxy.engine().bandwidth().users()).isEqualTo(2);
            }
            proxy.ledger().awaitClosed(3);
            await().until(() -> proxy.engine().bandwidth().users() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aRuleLimitsItsSessionsAndTheLowerRateCounts(Transport transport) throws Exception {
        Path rules = Files.writeString(folder.resolve("rules"), "allow scheme=connect bandwidth=4MiB\n");
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .rules(new RuleSource.OfFile(rules))
                        .bandwidth(new BandwidthLimits(0, 0, 50 * RATE)));
                var tunnel = TestTunnel.open(proxy)) {
            var pace = new Pacer();
            write(tunnel.origin(), BYTES);
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            pace.assertNotFaster(BYTES, RATE, 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void oneHalfEndsWhileTheOtherWaitsForItsTurn(Transport transport) throws Exception {
        try (var proxy = start(transport, 0, 0, 64 << 10);
                var tunnel = TestTunnel.open(proxy)) {
            write(tunnel.client(), 40_000);
            tunnel.origin().shutdownOutput();
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);

            TestLedger.Session session = proxy.ledger().awaitOnlyClosed();
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts())
                    .isEqualTo(new Tally(40_000, 0, tunnel.headBytes(), TestTunnel.ANSWER.length(), 40_000, 0));
        }
    }

    /** A tunnel in which both directions have much to say and wait. */
    private static TestTunnel waiting(TestProxy proxy) throws IOException {
        TestTunnel tunnel = TestTunnel.open(proxy);
        write(tunnel.client(), BYTES);
        write(tunnel.origin(), BYTES);
        tunnel.client().readPattern(1000);
        tunnel.origin().readPattern(1000);
        return tunnel;
    }

    private static void assertHonest(TestLedger.Session session, TestTunnel tunnel) {
        Tally counts = session.counts();
        assertThat(counts.originUp())
                .isLessThanOrEqualTo(counts.up())
                .isGreaterThanOrEqualTo(tunnel.origin().read());
        assertThat(counts.down())
                .isLessThanOrEqualTo(counts.originDown())
                .isGreaterThanOrEqualTo(tunnel.client().read());
        assertThat(counts.up() + counts.originDown()).isLessThan(BYTES);
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aResetOfEitherSidePassesOnAtOnceWhileBothWait(Transport transport) throws Exception {
        try (var proxy = start(transport, 0, 0, 32 << 10)) {
            try (TestTunnel tunnel = waiting(proxy)) {
                tunnel.client().reset();
                TestLedger.Session session = tunnel.closedSession(proxy);
                assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
                tunnel.origin().readToEnd(); // a reset, of which its writer may have heard first
                assertHonest(session, tunnel);
            }
            try (TestTunnel tunnel = waiting(proxy)) {
                tunnel.origin().reset();
                TestLedger.Session session = tunnel.closedSession(proxy);
                assertThat(session.closed.reason()).isEqualTo(CloseReason.ORIGIN_RESET);
                tunnel.client().readToEnd();
                assertHonest(session, tunnel);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aCommandEndsASessionThatWaitsAndTheOthersGoOn(Transport transport) throws Exception {
        try (var proxy = start(transport, 100 << 10, 0, 0);
                TestTunnel ended = waiting(proxy);
                TestTunnel other = waiting(proxy)) {
            proxy.engine().closeSession(ended.session(proxy).opened.sessionId(), "test", "");
            TestLedger.Session session = ended.closedSession(proxy);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.CLOSED_BY_COMMAND);
            assertHonest(session, ended);
            other.client().readPattern(50_000);
            other.origin().readPattern(50_000);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoWaitsForItsTurnIsNotIdle(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport)
                        .tunnelIdleTimeout(Duration.ofMillis(100))
                        .bandwidth(new BandwidthLimits(0, 0, 1024)));
                var tunnel = TestTunnel.open(proxy)) {
            tunnel.origin().writePattern(1100);
            tunnel.client().readPattern(1100); // takes most of a second, a piece each 250 ms

            TestLedger.Session session = tunnel.closedSession(proxy);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
            assertThat(session.counts().down()).isEqualTo(1100);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void anotherRateIsForTunnelsThatAreOpen(Transport transport) throws Exception {
        try (var proxy = start(transport, 64 << 10, 0, 64 << 10);
                var tunnel = TestTunnel.open(proxy)) {
            write(tunnel.origin(), BYTES); // would take 32 seconds
            tunnel.client().readPattern(10_000);
            LiveConfig live = new LiveConfig(
                    new Timeouts(
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(10),
                            Duration.ofSeconds(60),
                            Duration.ofMinutes(5),
                            Duration.ofHours(1),
                            Duration.ZERO),
                    new EngineLimits(100, SessionLimits.NONE, new BandwidthLimits(RATE, 0, 0)),
                    PrivateDestinations.AUTO,
                    null,
                    null);
            var pace = new Pacer();
            proxy.reconfigure(live, new ConfigChanged(2, "ab", "by=test"));
            CompletableFuture<Peer.End> rest = Peer.async(() -> tunnel.client().readToEnd());
            assertThat(rest.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
            pace.assertNotFaster(BYTES - 20_000, RATE, 0);
        }
    }

    @Test
    void withoutLimitsThereIsNothingToAskAndNobodyRemembered() throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.bandwidth(BandwidthLimits.NONE));
                var tunnel = TestTunnel.open(proxy)) {
            write(tunnel.origin(), BYTES);
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            assertThat(proxy.engine().bandwidth().users()).isZero();
        }
    }
}
