package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.weir.eventbus.CloseReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** When tunnels are spliced, and what becomes of the pipes. That bytes and counts are right the tests of tunnels show, for each transport. */
@Tag("jdk")
class SplicingTest {
    private static final int SMALL_BUFFER = 16 * 1024;
    private static final long MUCH = 32 << 20;

    @BeforeAll
    static void whereThereIsSplice() {
        assumeTrue(Epoll.isAvailable());
    }

    private static TestProxy start(int maxConnections) {
        return TestProxy.start(settings -> settings.transport(Transport.SPLICE)
                .eventLoops(1)
                .maxConnections(maxConnections)
                .relayBufferBytes(64 * 1024));
    }

    @Test
    void aTunnelThatCarriesMuchIsSplicedBothWays() throws Exception {
        try (var proxy = start(1000);
                var tunnel = TestTunnel.open(proxy)) {
            carry(tunnel.origin(), tunnel.client(), MUCH);
            assertThat(spliced(proxy)).isGreaterThan(MUCH / 2);

            carry(tunnel.client(), tunnel.origin(), MUCH);
            assertThat(spliced(proxy)).isGreaterThan(MUCH);

            finish(tunnel, proxy);
        }
    }

    @Test
    void aTunnelThatCarriesLittleIsNotSpliced() throws Exception {
        try (var proxy = start(1000);
                var tunnel = TestTunnel.open(proxy)) {
            pingPong(tunnel, 100);

            assertThat(spliced(proxy)).isZero();
            finish(tunnel, proxy);
        }
    }

    @Test
    void splicingEndsWhenOnlyLittleComes() throws Exception {
        try (var proxy = start(1000);
                var tunnel = TestTunnel.open(proxy)) {
            carry(tunnel.origin(), tunnel.client(), MUCH);
            carry(tunnel.client(), tunnel.origin(), MUCH);
            pingPong(tunnel, 20);
            long before = spliced(proxy);

            pingPong(tunnel, 100);

            assertThat(spliced(proxy)).isEqualTo(before);
            finish(tunnel, proxy);
        }
    }

    @Test
    void anIdleTunnelHoldsNoPipe() throws Exception {
        try (var proxy = start(1000);
                var tunnel = TestTunnel.open(proxy)) {
            carry(tunnel.origin(), tunnel.client(), MUCH);

            await().until(() -> lent(proxy) == 0);
            finish(tunnel, proxy);
        }
    }

    /** One pipe for all: whoever finds it taken copies. */
    @Test
    void withoutAPipeTunnelsGoOnByCopying() throws Exception {
        try (var proxy = start(16);
                var stalled = TestTunnel.open(proxy, SMALL_BUFFER);
                var other = TestTunnel.open(proxy)) {
            CompletableFuture<?> writer = Peer.async(() -> {
                stalled.origin().writePattern(MUCH);
                return true;
            });
            await().until(() -> lent(proxy) == 1);
            long before = spliced(proxy);

            carry(other.origin(), other.client(), MUCH);

            assertThat(spliced(proxy) - before).isLessThan(MUCH / 2);
            stalled.client().readPattern(MUCH);
            writer.get(30, TimeUnit.SECONDS);
            finish(stalled, proxy);
            finish(other, proxy);
        }
    }

    @Test
    void whatAResetLeftInAPipeReachesNobodyElse() throws Exception {
        try (var proxy = start(16)) {
            for (int i = 0; i < 20; i++) {
                try (var stalled = TestTunnel.open(proxy, SMALL_BUFFER)) {
                    CompletableFuture<Peer.End> writer =
                            Peer.async(() -> stalled.origin().writeUntilBroken(64 * 1024));
                    await().until(() -> lent(proxy) == 1);
                    stalled.client().reset();
                    writer.get(30, TimeUnit.SECONDS);
                    TestLedger.Session session = stalled.closedSession(proxy);
                    assertThat(session.closed.reason()).isEqualTo(CloseReason.CLIENT_RESET);
                    assertThat(session.counts().originDown())
                            .isGreaterThan(session.counts().down());
                }
                assertThat(lent(proxy)).isZero();
                try (var next = TestTunnel.open(proxy)) {
                    carry(next.origin(), next.client(), 1 << 20); // checks each byte
                    finish(next, proxy);
                }
            }
        }
    }

    @Test
    void manyTunnelsAtOnceKeepTheirBytesApart() throws Exception {
        try (var proxy = start(256)) { // four pipes
            List<TestTunnel> tunnels = new ArrayList<>();
            List<CompletableFuture<?>> work = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                TestTunnel tunnel = TestTunnel.open(proxy);
                tunnels.add(tunnel);
                work.add(Peer.async(() -> {
                    carry(tunnel.client(), tunnel.origin(), MUCH / 8);
                    return true;
                }));
                work.add(Peer.async(() -> {
                    carry(tunnel.origin(), tunnel.client(), MUCH / 8);
                    return true;
                }));
            }
            for (CompletableFuture<?> one : work) {
                one.get(30, TimeUnit.SECONDS);
            }
            for (TestTunnel tunnel : tunnels) {
                finish(tunnel, proxy);
                assertThat(tunnel.closedSession(proxy).counts().up()).isEqualTo(MUCH / 8);
                tunnel.close();
            }
        }
    }

    private static void carry(Peer from, Peer to, long bytes) throws Exception {
        CompletableFuture<?> writer = Peer.async(() -> {
            from.writePattern(bytes);
            return true;
        });
        to.readPattern(bytes);
        writer.get(30, TimeUnit.SECONDS);
    }

    private static void pingPong(TestTunnel tunnel, int rounds) throws Exception {
        for (int i = 0; i < rounds; i++) {
            tunnel.client().writePattern(100);
            tunnel.origin().readPattern(100);
            tunnel.origin().writePattern(100);
            tunnel.client().readPattern(100);
        }
    }

    private static void finish(TestTunnel tunnel, TestProxy proxy) throws Exception {
        tunnel.client().shutdownOutput();
        tunnel.origin().shutdownOutput();
        TestLedger.Session session = tunnel.closedSession(proxy);
        assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
        assertThat(session.counts().up()).isEqualTo(tunnel.client().written());
        assertThat(session.counts().originUp()).isEqualTo(tunnel.origin().read());
        assertThat(session.counts().originDown()).isEqualTo(tunnel.origin().written());
        assertThat(session.counts().down()).isEqualTo(tunnel.client().read());
    }

    private static long spliced(TestProxy proxy) throws Exception {
        return ask(proxy, loop -> loop.movers().splicer().splicedBytes());
    }

    private static long lent(TestProxy proxy) throws Exception {
        return ask(proxy, loop -> loop.movers().splicer().pipes().lentCount());
    }

    private static long ask(TestProxy proxy, ToLongFunction<EngineLoop> question) throws Exception {
        EngineLoop loop = proxy.engine().loops().iterator().next();
        return loop.eventLoop().submit(() -> question.applyAsLong(loop)).get(30, TimeUnit.SECONDS);
    }
}
