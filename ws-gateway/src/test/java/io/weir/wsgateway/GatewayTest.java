package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.JournalState;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class GatewayTest {
    @Test
    void healthSaysThatAllIsWellAndNothingOfTheSessions() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            gateway.ledger.put(FakeLedger.exchange(1, "secret.example", Tally.ZERO));

            assertThat(gateway.get("/healthz"))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith(
                            "{\"status\":\"ok\",\"version\":\"0.1.0\",\"listen\":[\"127.0.0.1:8080\"],\"gateway\":\"127.0.0.1:"
                                    + gateway.port()
                                    + "\",\"sequence\":2,\"syncedSequence\":1,\"violations\":0,\"merges\":0,\"waits\":0,"
                                    + "\"journal\":\"ok\"}");
        }
    }

    @Test
    void healthSaysWhatIsWrongWithTheJournal() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            gateway.ledger.fail(JournalState.DEGRADED, "disk is \"full\"");
            assertThat(gateway.get("/healthz"))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\"status\":\"degraded\"", "\"reason\":\"disk is \\\"full\\\"\"");

            gateway.ledger.fail(JournalState.FAILED, "disk is gone");
            assertThat(gateway.get("/healthz")).startsWith("HTTP/1.1 503 ").contains("\"status\":\"failed\"");
        }
    }

    @Test
    @Tag("slow")
    void ledgerThatDoesNotAnswerIsSaidAfterFiveSeconds() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            gateway.ledger.fallSilent();

            assertThat(gateway.get("/api/totals?token=" + gateway.token.value()))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("{\"error\":\"the ledger does not answer\"}");
        }
    }

    @Test
    void readinessSaysWhyNoClientShouldCome() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            assertThat(gateway.get("/readyz")).startsWith("HTTP/1.1 200 ").endsWith("{\"status\":\"ready\"}");

            gateway.ledger.fail(JournalState.DEGRADED, "disk is full");
            assertThat(gateway.get("/readyz"))
                    .startsWith("HTTP/1.1 503 ")
                    .endsWith("{\"status\":\"not ready\",\"error\":\"the journal is degraded: disk is full\"}");
        }
        try (FakeLedger ledger = new FakeLedger()) {
            assertThat(HealthReport.unreadiness(new NodeStatus("1", List.of(), 0), ledger.health()))
                    .isEqualTo("the proxy does not listen yet");
            assertThat(HealthReport.unreadiness(new NodeStatus("1", List.of("a"), 0, 0, true), ledger.health()))
                    .isEqualTo("the node stops");
        }
    }

    @Test
    void addressForOtherMachinesNeedsTlsOrTheWord() {
        try (FakeLedger ledger = new FakeLedger()) {
            GatewayConfig open = GatewayConfig.of(new InetSocketAddress("0.0.0.0", 0), GatewayToken.random());

            assertThatThrownBy(() -> start(open, ledger))
                    .isInstanceOf(GatewayException.class)
                    .hasMessageContaining("0.0.0.0:0")
                    .hasMessageContaining("--gateway-cert")
                    .hasMessageContaining("--gateway-allow-plain");
            start(open.withPlainAllowed(), ledger).close();
        }
    }

    private static Gateway start(GatewayConfig config, FakeLedger ledger) {
        return Gateway.start(
                config,
                ledger,
                NodeControls.of(new RecordingSessionControl()),
                new LogFeed(level -> {}),
                () -> new NodeStatus("1", List.of(), 0),
                new FixedMetrics());
    }

    @Test
    void apiTellsTotalsAndRows() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            String token = "token=" + gateway.token.value();
            gateway.ledger.add(new Tally(1, 2, 3, 4, 5, 6));
            gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
            gateway.ledger.put(FakeLedger.exchange(2, "b.example", Tally.ZERO));
            gateway.ledger.close(1, Tally.ZERO);

            assertThat(gateway.get("/api/totals?" + token))
                    .contains(
                            "\"totals\":{\"up\":1,\"down\":2,\"overheadUp\":3,\"overheadDown\":4,\"originUp\":5,\"originDown\":6}")
                    .endsWith("\"sessions\":2,\"open\":1,\"violations\":0}");
            assertThat(gateway.get("/api/sessions?" + token))
                    .contains("b.example")
                    .doesNotContain("a.example");
            assertThat(gateway.get("/api/sessions?state=recent&" + token))
                    .contains("a.example")
                    .doesNotContain("b.example");
            assertThat(gateway.get("/api/sessions?state=all&" + token)).startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void headIsAnsweredWithoutABody() throws IOException {
        try (TestGateway gateway = TestGateway.start()) {
            assertThat(gateway.raw("HEAD / HTTP/1.1\r\nHost: localhost:" + gateway.port() + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 200 ")
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void addressInUseIsSaidWithWhatToDo() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                FakeLedger ledger = new FakeLedger()) {
            GatewayConfig config = GatewayConfig.of(
                    new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort()), GatewayToken.random());

            assertThatThrownBy(() -> start(config, ledger))
                    .isInstanceOf(GatewayException.class)
                    .hasMessage("cannot listen on 127.0.0.1:" + taken.getLocalPort()
                            + ": Address already in use; choose another with --gateway");
        }
    }

    @Test
    void unknownAddressesAndHostsAreRefusedBeforeAnythingStarts() {
        InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

        assertThatThrownBy(() -> GatewayConfig.of(
                        InetSocketAddress.createUnresolved("no.such.host", 9090), GatewayToken.random()))
                .hasMessage("cannot listen on no.such.host:9090: unknown host; choose another with --gateway");
        assertThatThrownBy(() -> new GatewayConfig(loopback, List.of("http://a.example"), GatewayToken.random()))
                .hasMessageContaining("'http://a.example'");
    }

    @Test
    void closeTellsTheDashboardsAndEndsTheThread() {
        TestGateway gateway = TestGateway.start();
        Dashboard dashboard = gateway.dashboard();

        gateway.close();

        await().until(() -> dashboard.closeCode == 1001);
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("weir-gateway")));
    }
}
