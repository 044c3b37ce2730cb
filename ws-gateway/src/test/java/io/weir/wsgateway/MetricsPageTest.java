package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.JournalState;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import io.weir.aggregator.UsageReport.Use;
import io.weir.aggregator.UserFigures;
import io.weir.eventbus.LoopDelay;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.wsgateway.metrics.GatewayFigures;
import io.weir.wsgateway.metrics.Meters;
import io.weir.wsgateway.metrics.Reading;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.start();
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void withoutTheTokenTheyAreRefused() throws IOException {
        assertThat(gateway.get("/metrics")).startsWith("HTTP/1.1 401 ").doesNotContain("weir_");
        assertThat(gateway.get("/metrics", "Authorization: Bearer wrong")).startsWith("HTTP/1.1 401 ");

        assertThat(scrape().value("weir_gateway_wrong_tokens_total")).isEqualTo(1);
    }

    @Test
    void theAnswerIsTheTextThatPrometheusReads() throws IOException {
        String answer = answer();

        assertThat(answer)
                .startsWith("HTTP/1.1 200 ")
                .containsIgnoringCase("content-type: text/plain; version=0.0.4; charset=utf-8\r\n");
        assertThat(Exposition.parse(body(answer)).types())
                .containsEntry("weir_bytes_total", "counter")
                .containsEntry("weir_sessions_open", "gauge")
                .containsEntry("weir_build_info", "gauge")
                .containsEntry("jvm_memory_used_bytes", "gauge")
                .containsEntry("process_cpu_usage", "gauge")
                .containsEntry("process_files_open_files", "gauge")
                .containsEntry("jvm_threads_live_threads", "gauge");
    }

    @Test
    void bytesAndSessionsAreThoseOfTheLedger() throws IOException {
        gateway.ledger.add(new Tally(9_007_199_254_740_991L, 2, 3, 4, 5, 6));
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
        gateway.ledger.put(FakeLedger.exchange(2, "b.example", Tally.ZERO));
        gateway.ledger.close(1, Tally.ZERO);

        Exposition metrics = scrape();

        assertThat(metrics.value("weir_bytes_total{direction=\"up\",kind=\"payload\"}"))
                .isEqualTo(9_007_199_254_740_991d);
        assertThat(metrics.value("weir_bytes_total{direction=\"down\",kind=\"payload\"}"))
                .isEqualTo(2);
        assertThat(metrics.value("weir_bytes_total{direction=\"up\",kind=\"overhead\"}"))
                .isEqualTo(3);
        assertThat(metrics.value("weir_bytes_total{direction=\"down\",kind=\"overhead\"}"))
                .isEqualTo(4);
        assertThat(metrics.value("weir_origin_bytes_total{direction=\"up\"}")).isEqualTo(5);
        assertThat(metrics.value("weir_origin_bytes_total{direction=\"down\"}")).isEqualTo(6);
        assertThat(metrics.value("weir_sessions_opened_total")).isEqualTo(2);
        assertThat(metrics.value("weir_sessions_open")).isEqualTo(1);
        assertThat(metrics.value("weir_connections_refused_total")).isZero();
        assertThat(metrics.value("weir_conservation_violations_total")).isZero();
    }

    @Test
    void aWayOfClosingIsASeriesOnceItHappened() throws IOException {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));

        assertThat(scrape().types()).doesNotContainKey("weir_sessions_closed_total");

        gateway.ledger.close(1, Tally.ZERO);
        gateway.ledger.put(FakeLedger.row(2, 2, SessionProtocol.HTTPS_TUNNEL, "CONNECT", "b:443", "b:443", Tally.ZERO));
        gateway.ledger.close(2, Tally.ZERO);
        Exposition metrics = scrape();

        assertThat(metrics.series().stream().filter(name -> name.startsWith("weir_sessions_closed_total")))
                .containsExactlyInAnyOrder(
                        "weir_sessions_closed_total{protocol=\"HTTP\",reason=\"COMPLETED\"}",
                        "weir_sessions_closed_total{protocol=\"HTTPS-Tunnel\",reason=\"COMPLETED\"}");
        assertThat(metrics.value("weir_sessions_closed_total{protocol=\"HTTP\",reason=\"COMPLETED\"}"))
                .isEqualTo(1);
    }

    @Test
    void healthIsShownAsItIs() throws IOException {
        Exposition well = scrape();
        gateway.ledger.fail(JournalState.DEGRADED, "no space");
        Exposition degraded = scrape();

        assertThat(well.value("weir_journal_up")).isEqualTo(1);
        assertThat(degraded.value("weir_journal_up")).isZero();
        assertThat(well.value("weir_journal_sequence") - well.value("weir_journal_synced_sequence"))
                .isEqualTo(1);
        assertThat(well.value("weir_ring_slots")).isEqualTo(1024);
        assertThat(well.value("weir_client_connections")).isEqualTo(3);
        assertThat(well.value("weir_users_over_quota")).isEqualTo(2);
        assertThat(well.value("weir_event_loop_delay_seconds{loop=\"gateway\"}"))
                .isNotNegative();
        assertThat(well.value("weir_start_time_seconds")).isBetween(1.6e9, System.currentTimeMillis() / 1e3);
    }

    @Test
    void dashboardsAreCounted() throws IOException {
        try (Dashboard dashboard = gateway.dashboard()) {
            assertThat(dashboard).isNotNull();
            assertThat(scrape().value("weir_gateway_dashboards")).isEqualTo(1);
        }
    }

    @Test
    void aLedgerThatIsStuckIsShownAsItWasLast() throws IOException {
        gateway.ledger.add(new Tally(7, 0, 0, 0, 0, 0));
        gateway.ledger.fallSilent();

        assertThat(scrape().value("weir_bytes_total{direction=\"up\",kind=\"payload\"}"))
                .isEqualTo(7);
        assertThat(scrape().value("weir_bytes_total{direction=\"up\",kind=\"payload\"}"))
                .isEqualTo(7);
    }

    @Test
    void noCounterFallsWhenAnOldSnapshotComesAfterANewerOne() throws IOException {
        try (Meters meters = meters("1")) {
            Snapshot old = gateway.ledger.latest();
            gateway.ledger.add(new Tally(7, 0, 0, 0, 0, 0));

            parse(meters, gateway.ledger.latest());

            assertThat(parse(meters, old).value("weir_bytes_total{direction=\"up\",kind=\"payload\"}"))
                    .isEqualTo(7);
        }
    }

    @Test
    void labelsAreEscaped() throws IOException {
        try (Meters meters = meters("1\"2\\3\n4")) {
            assertThat(parse(meters, gateway.ledger.latest()).series())
                    .contains("weir_build_info{java=\"" + Runtime.version()
                            + "\",node=\"node\",version=\"1\\\"2\\\\3\\n4\"}");
        }
    }

    @Test
    void usersAreLabelsAndWhoHasNoQuotaHasNoRatio() throws IOException {
        String name = "\"a\\b\nc{d}";
        gateway.ledger.tellOfUsers(new UsageReport(
                9,
                0,
                "2026-11-26",
                "2026-11",
                List.of(
                        new UsageReport.User(
                                name,
                                new Use(50, 200, false),
                                new Use(70, 0, false),
                                new UserFigures(name, 20, 50, 3, 2, 1)),
                        new UsageReport.User(
                                "other",
                                new Use(0, 0, false),
                                new Use(0, 0, false),
                                new UserFigures("other", 1, 2, 3, 4, 5)))));
        String label = "user=\"\\\"a\\\\b\\nc{d}\"";

        Exposition metrics = scrape();

        assertThat(metrics.value("weir_user_bytes_total{direction=\"up\"," + label + "}"))
                .isEqualTo(20);
        assertThat(metrics.value("weir_user_bytes_total{direction=\"down\"," + label + "}"))
                .isEqualTo(50);
        assertThat(metrics.value("weir_user_sessions_opened_total{" + label + "}"))
                .isEqualTo(3);
        assertThat(metrics.value("weir_user_sessions_open{" + label + "}")).isEqualTo(2);
        assertThat(metrics.value("weir_user_refused_total{" + label + "}")).isEqualTo(1);
        assertThat(metrics.value("weir_user_quota_used_ratio{period=\"day\"," + label + "}"))
                .isEqualTo(0.25);
        assertThat(metrics.value("weir_user_refused_total{user=\"other\"}")).isEqualTo(5);
        assertThat(metrics.series().stream().filter(each -> each.startsWith("weir_user_quota_used_ratio")))
                .hasSize(1);
    }

    private Meters meters(String version) {
        ScheduledExecutorService idle = Executors.newSingleThreadScheduledExecutor();
        LoopDelay delay = LoopDelay.watch("gateway", idle);
        idle.shutdownNow();
        return new Meters(version, gateway.figures, delay);
    }

    private Exposition parse(Meters meters, Snapshot snapshot) throws IOException {
        byte[] text = meters.text(
                new Reading(snapshot, gateway.ledger.health(), new GatewayFigures(0, 0, 0), UsageReport.EMPTY));
        return Exposition.parse(new String(text, StandardCharsets.UTF_8));
    }

    private Exposition scrape() throws IOException {
        return Exposition.parse(body(answer()));
    }

    private String answer() throws IOException {
        return gateway.get("/metrics", "Authorization: Bearer " + gateway.token.value());
    }

    private static String body(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
}
