package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each direction of a tunnel ends on its own, and what the other one still carries arrives. */
class TunnelHalfCloseTest {
    private static final int SMALL_BUFFER = 16 * 1024;
    private static final int CONNECTIONS = 4;

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatHasEndedReadsALongAnswerSlowly(Transport transport) throws Exception {
        long answerBytes = 12 << 20;
        try (var proxy = TestProxy.start(settings -> settings.transport(transport))) {
            List<CompletableFuture<Tally>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                TestTunnel tunnel = TestTunnel.open(proxy, SMALL_BUFFER);
                all.add(Peer.async(() -> {
                    tunnel.client().writePattern(1000);
                    tunnel.client().shutdownOutput();
                    tunnel.origin().readPattern(1000);
                    assertThat(tunnel.origin().socket().getInputStream().read()).isEqualTo(-1);
                    CompletableFuture<Void> answer = Peer.async(() -> {
                        tunnel.origin().writePattern(answerBytes);
                        tunnel.origin().close();
                        return null;
                    });
                    assertThat(tunnel.client().readToEnd(64 * 1024, slowly())).isEqualTo(Peer.End.FIN);
                    answer.get(30, TimeUnit.SECONDS);
                    assertThat(tunnel.client().read()).isEqualTo(answerBytes);
                    TestLedger.Session session = tunnel.closedSession(proxy);
                    tunnel.close();
                    assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                    assertThat(session.counts())
                            .isEqualTo(new Tally(
                                    1000,
                                    answerBytes,
                                    tunnel.headBytes(),
                                    TestTunnel.ANSWER.length(),
                                    1000,
                                    answerBytes));
                    return session.counts();
                }));
            }
            for (CompletableFuture<Tally> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aClientThatHasEndedAfterALongUploadToASlowOriginGetsTheAnswer(Transport transport) throws Exception {
        long uploadBytes = 8 << 20;
        try (var proxy = TestProxy.start(settings -> settings.transport(transport))) {
            List<CompletableFuture<Tally>> all = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                TestTunnel tunnel = TestTunnel.open(proxy, SMALL_BUFFER);
                all.add(Peer.async(() -> {
                    CompletableFuture<Void> upload = Peer.async(() -> {
                        tunnel.client().writePattern(uploadBytes);
                        tunnel.client().shutdownOutput();
                        return null;
                    });
                    assertThat(tunnel.origin().readToEnd(64 * 1024, slowly())).isEqualTo(Peer.End.FIN);
                    upload.get(30, TimeUnit.SECONDS);
                    tunnel.origin().writePattern(8);
                    tunnel.origin().close();
                    assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
                    assertThat(tunnel.client().read()).isEqualTo(8);
                    TestLedger.Session session = tunnel.closedSession(proxy);
                    tunnel.close();
                    assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
                    assertThat(session.counts())
                            .isEqualTo(new Tally(
                                    uploadBytes, 8, tunnel.headBytes(), TestTunnel.ANSWER.length(), uploadBytes, 8));
                    return session.counts();
                }));
            }
            for (CompletableFuture<Tally> one : all) {
                one.get(30, TimeUnit.SECONDS);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theOriginEndsAndTheClientGoesOnSending(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            tunnel.origin().writePattern(10);
            tunnel.origin().shutdownOutput();
            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);

            CompletableFuture<Peer.End> seen = Peer.async(() -> tunnel.origin().readToEnd());
            tunnel.client().writePattern(3 << 20);
            tunnel.client().shutdownOutput();

            assertThat(seen.get(30, TimeUnit.SECONDS)).isEqualTo(Peer.End.FIN);
            TestLedger.Session session = tunnel.closedSession(proxy);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts())
                    .isEqualTo(new Tally(3 << 20, 10, tunnel.headBytes(), TestTunnel.ANSWER.length(), 3 << 20, 10));
            assertThat(session.closed.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void theClientEndsWhileTheOriginIsInTheMiddleOfSending(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(settings -> settings.transport(transport));
                var tunnel = TestTunnel.open(proxy)) {
            var half = new CountDownLatch(1);
            CompletableFuture<Void> download = Peer.async(() -> {
                tunnel.origin().writePattern(1 << 20);
                half.await();
                tunnel.origin().writePattern(1 << 20);
                tunnel.origin().shutdownOutput();
                return null;
            });
            tunnel.client().readPattern(1 << 19);
            tunnel.client().writePattern(5);
            tunnel.client().shutdownOutput();
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            half.countDown();

            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            download.get(30, TimeUnit.SECONDS);
            assertThat(tunnel.client().read()).isEqualTo(2 << 20);
            TestLedger.Session session = tunnel.closedSession(proxy);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.COMPLETED);
            assertThat(session.counts())
                    .isEqualTo(new Tally(5, 2 << 20, tunnel.headBytes(), TestTunnel.ANSWER.length(), 5, 2 << 20));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aHalfClosedTunnelMayBeSilentUpToTheLimitAndIsCutAfterIt(Transport transport) throws Exception {
        Duration limit = Duration.ofMillis(1200);
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).tunnelIdleTimeout(limit));
                var tunnel = TestTunnel.open(proxy)) {
            tunnel.client().shutdownOutput();
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            long silentSince = System.nanoTime();
            tunnel.client().readToEnd();
            long silentNanos = System.nanoTime() - silentSince;

            TestLedger.Session session = tunnel.closedSession(proxy);
            assertThat(session.closed.reason()).isEqualTo(CloseReason.IDLE_TIMEOUT);
            assertThat(Duration.ofNanos(silentNanos))
                    .isGreaterThan(limit.minusMillis(20))
                    .isLessThan(limit.plusSeconds(10));
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aSilentHalfClosedTunnelStillCarriesWithinTheLimit(Transport transport) throws Exception {
        try (var proxy = TestProxy.start(
                        settings -> settings.transport(transport).tunnelIdleTimeout(Duration.ofSeconds(3)));
                var tunnel = TestTunnel.open(proxy)) {
            tunnel.client().shutdownOutput();
            assertThat(tunnel.origin().readToEnd()).isEqualTo(Peer.End.FIN);
            for (int i = 1; i <= 3; i++) { // 3.3 s in all, never much more than 1.1 s in silence
                tunnel.client().socket().setSoTimeout(1_100);
                try {
                    tunnel.client().socket().getInputStream().read();
                    throw new AssertionError("nothing was sent");
                } catch (java.net.SocketTimeoutException silence) {
                    tunnel.origin().write(new byte[] {Peer.pattern(i - 1)});
                    tunnel.client().readPattern(1);
                }
            }
            tunnel.origin().close();

            assertThat(tunnel.client().readToEnd()).isEqualTo(Peer.End.FIN);
            assertThat(tunnel.closedSession(proxy).closed.reason()).isEqualTo(CloseReason.COMPLETED);
        }
    }

    /** Waits a little after each 64 KiB, by a latch that nobody counts down. */
    private static LongConsumer slowly() {
        var never = new CountDownLatch(1);
        long[] next = {0};
        return read -> {
            if (read < next[0]) {
                return;
            }
            next[0] = read + 64 * 1024;
            try {
                never.await(2, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }
}
