package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class LoadRunTest {
    private static final int CONNECTIONS = 6;

    private static LoadOptions options(Scenario scenario) {
        return LoadOptions.of(scenario, CONNECTIONS).lasting(Duration.ofMillis(50), Duration.ofMillis(200));
    }

    private static LoadResult runThrough(TinyRelay relay, LoadOptions options) throws Exception {
        return LoadRun.run(options.through(relay.address(), 0, 0));
    }

    @ParameterizedTest
    @EnumSource(names = {"DOWN", "UP", "BOTH", "PING", "CONNECT", "IDLE"})
    void everyByteOfTheClientsSocketsIsCounted(Scenario scenario) throws Exception {
        try (var relay = TinyRelay.start()) {

            LoadResult result = runThrough(relay, options(scenario));

            Moved all = result.all();
            assertThat(result.firstError()).isNull();
            assertThat(all.operations()).isPositive();
            assertThat(all.up() + all.overheadUp()).isEqualTo(relay.fromClients.get());
            assertThat(all.down() + all.overheadDown()).isEqualTo(relay.toClients.get());
            assertThat(all.overheadDown()).isEqualTo(all.connects() * TinyRelay.ANSWER.length());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MITM", "H2", "HANDSHAKE"})
    void everyByteOfAnInterceptedTunnelIsCounted(Scenario scenario) throws Exception {
        try (Origin interceptor = Origin.start(0, LoadOptions.TARGETS, 1, Identity.issuedBy("CN=Tiny"));
                var relay = TinyRelay.startTo(interceptor.port())) {

            LoadResult result = runThrough(relay, options(scenario).sized(10_001, 0));

            Moved all = result.all();
            assertThat(result.firstError()).isNull();
            assertThat(all.operations()).isPositive();
            assertThat(all.up() + all.overheadUp()).isEqualTo(relay.fromClients.get());
            assertThat(all.down() + all.overheadDown()).isEqualTo(relay.toClients.get());
            assertThat(all.down()).isGreaterThan(all.operations() * 10_001);
            assertThat(all.connects()).isEqualTo(scenario == Scenario.HANDSHAKE ? all.operations() : CONNECTIONS);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MITM", "H2", "HANDSHAKE"})
    void aTunnelThatIsNotInterceptedIsAFailure(Scenario scenario) throws Exception {
        try (var relay = TinyRelay.start()) {

            LoadResult result = runThrough(relay, options(scenario));

            assertThat(result.errors()).isPositive();
            assertThat(result.firstError()).contains("not intercepted: the certificate is the origin's own");
            assertThat(result.all().operations()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void withoutAProxyThereIsNoOverhead(Scenario scenario) throws Exception {
        LoadResult result = LoadRun.run(options(scenario));

        assertThat(result.firstError()).isNull();
        assertThat(result.all().operations()).isPositive();
        assertThat(result.all().payload()).isPositive();
        assertThat(result.all().overheadUp() + result.all().overheadDown()).isZero();
    }

    @Test
    void contentsAreComparedIfThatIsWanted() throws Exception {
        LoadOptions verified = new LoadOptions(
                Scenario.BOTH,
                null,
                0,
                CONNECTIONS,
                100_003,
                0,
                Duration.ZERO,
                Duration.ofMillis(200),
                0,
                true,
                2,
                LoadOptions.TARGETS,
                3,
                0,
                "");

        LoadResult result = LoadRun.run(verified);

        assertThat(result.firstError()).isNull();
        assertThat(result.all().up()).isEqualTo(result.all().operations() * (100_003 + PieceOrigin.COMMAND_BYTES));
        assertThat(result.all().down()).isEqualTo(result.all().operations() * (100_003 + PieceOrigin.ANSWER_BYTES));
    }

    @Test
    void requestsWithABodyAreCounted() throws Exception {
        LoadResult result = LoadRun.run(options(Scenario.HTTP).sized(2_000, 70_000));

        assertThat(result.firstError()).isNull();
        assertThat(result.all().up()).isGreaterThan(result.all().operations() * 70_000);
        assertThat(result.all().connects()).isEqualTo(CONNECTIONS);
    }

    @Test
    void requestsWithABodyAreCountedInsideTls() throws Exception {
        LoadResult result = LoadRun.run(options(Scenario.MITM).sized(2_000, 70_000));

        assertThat(result.firstError()).isNull();
        assertThat(result.all().up()).isGreaterThan(result.all().operations() * 70_000);
    }

    @Test
    void anAlertInTheHandshakeIsAFailure() throws Exception {
        try (var relay = TinyRelay.start("HTTP/1.1 200 OK\r\n\r\n", new byte[] {21, 3, 3, 0, 2, 2, 120})) { // an alert

            LoadResult result = runThrough(relay, options(Scenario.H2));

            assertThat(result.errors()).isPositive();
            assertThat(result.all().operations()).isZero();
        }
    }

    @Test
    void bytesThatAProxyAddsAreAFailure() throws Exception {
        byte[] one = "x".getBytes(StandardCharsets.US_ASCII);
        try (var relay = TinyRelay.start(TinyRelay.ANSWER, one)) {

            LoadResult result = runThrough(relay, options(Scenario.PING));

            assertThat(result.errors()).isPositive();
            assertThat(result.firstError()).contains("not the echo");
        }
    }

    @Test
    void aProxyThatRefusesTheTunnelIsAFailure() throws Exception {
        try (var relay = TinyRelay.start("HTTP/1.1 503 Service Unavailable\r\n\r\n")) {

            LoadResult result = runThrough(relay, options(Scenario.DOWN));

            assertThat(result.errors()).isEqualTo(CONNECTIONS);
            assertThat(result.firstError()).contains("no tunnel: HTTP/1.1 503");
            assertThat(result.all().operations()).isZero();
        }
    }

    @Test
    void aProxyThatIsNotThereIsAFailure() throws Exception {
        InetSocketAddress nobody;
        try (var listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
        }

        LoadResult result = LoadRun.run(options(Scenario.HTTP).through(nobody, 0, 0));

        assertThat(result.errors()).isEqualTo(CONNECTIONS);
        assertThat(result.firstError()).contains("refused");
    }

    @Test
    void aStallIsChargedToEveryOperationThatItDelays() throws Exception {
        double perSecond = 200;
        LoadOptions paced = LoadOptions.of(Scenario.PING, 1)
                .lasting(Duration.ZERO, Duration.ofSeconds(2))
                .at(perSecond);
        var executor = Executors.newSingleThreadExecutor();
        try (var relay = TinyRelay.start()) {
            CountDownLatch stalled = relay.stall();
            Future<LoadResult> running = executor.submit(() -> runThrough(relay, paced));
            long start = System.nanoTime();
            org.awaitility.Awaitility.await().until(() -> System.nanoTime() - start > 1_000_000_000L);
            stalled.countDown();

            LoadResult result = running.get();

            // One client waited for most of the stall. Were latencies counted from when it could send, only one
            // operation
            // would be slow; here all that were due meanwhile are.
            assertThat(result.firstError()).isNull();
            assertThat(result.latencies().count()).isGreaterThan(100);
            assertThat(result.latencies().percentile(0.9)).isGreaterThan(100_000_000L);
        } finally {
            executor.shutdownNow();
        }
    }
}
