package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.JournalState;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class TopicsTest {
    private static final Tally SOME = new Tally(517, 4096, 93, 39, 517, 4096);

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
    void rowHasExactlyTheKnownKeysInTheirOrderAndThenTheFurtherOnes() {
        gateway.ledger.put(FakeLedger.row(
                7, 7, SessionProtocol.HTTPS_TUNNEL, "TUNNEL", "example.com:443", "example.com:443", SOME));
        try (Dashboard dashboard = gateway.dashboard().subscribe("connections")) {

            JsonNode message = dashboard.any("connections", any -> true);

            assertThat(message.propertyNames()).containsExactly("type", "seq", "total", "data");
            JsonNode row = message.path("data").path(0);
            assertThat(row.propertyNames())
                    .containsExactly(
                            "id",
                            "parentId",
                            "host",
                            "method",
                            "url",
                            "remote",
                            "protocol",
                            "startTime",
                            "status",
                            "up",
                            "down",
                            "overheadUp",
                            "overheadDown",
                            "originUp",
                            "originDown",
                            "originAddress",
                            "user");
            String time = row.path("startTime").stringValue();
            assertThat(row.toString())
                    .startsWith("{\"id\":7,\"parentId\":7,\"host\":\"example.com:443\",\"method\":\"TUNNEL\","
                            + "\"url\":\"http://example.com:443\",\"remote\":\"127.0.0.1:50312\",\"protocol\":\"HTTPS-Tunnel\","
                            + "\"startTime\":\"" + time + "\",\"status\":\"Active\",\"up\":517,\"down\":4096,");
            assertThat(time).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}[+-]\\d\\d:\\d\\d");
            assertThat(OffsetDateTime.parse(time).toInstant().toEpochMilli()).isEqualTo(1_772_935_200_007L);
        }
    }

    @Test
    void interceptedTunnelHasNoParentAndItsExchangesHaveIt() {
        gateway.ledger.put(FakeLedger.row(8, 8, SessionProtocol.HTTPS_MITM, "CONNECT", "h:443", "h:443", SOME));
        gateway.ledger.put(FakeLedger.row(9, 8, SessionProtocol.HTTPS_MITM, "POST", "h", "https://h/p", SOME));
        try (Dashboard dashboard = gateway.dashboard().subscribe("connections")) {

            JsonNode message = dashboard.any("connections", any -> true);

            assertThat(Dashboard.row(message, 8).toString())
                    .startsWith("{\"id\":8,\"parentId\":0,\"host\":\"h:443\",\"method\":\"CONNECT\",\"url\":\"h:443\",")
                    .contains("\"protocol\":\"TUNNEL\"");
            assertThat(Dashboard.row(message, 9).toString())
                    .startsWith("{\"id\":9,\"parentId\":8,\"host\":\"h\",\"method\":\"POST\",\"url\":\"https://h/p\",")
                    .contains("\"protocol\":\"HTTPS-MITM\"");
        }
    }

    @Test
    void closedRowIsSentWithItsFinalFiguresForAWhile() {
        gateway.ledger.put(FakeLedger.exchange(3, "a.example", Tally.ZERO));
        try (Dashboard dashboard = gateway.dashboard().subscribe("connections")) {
            dashboard.any("connections", message -> isStatus(message, 3, "Active"));

            gateway.ledger.close(3, SOME);

            JsonNode closed = Dashboard.row(dashboard.any("connections", message -> isStatus(message, 3, "Closed")), 3);
            assertThat(closed.path("up").longValue()).isEqualTo(517);
            assertThat(closed.path("down").longValue()).isEqualTo(4096);
            assertThat(closed.path("reason").stringValue()).isEqualTo("COMPLETED");
            assertThat(closed.path("statusCode").intValue()).isEqualTo(200);
            assertThat(closed.path("endTime").stringValue()).isNotBlank();
            dashboard.next("connections", message -> message.path("total").intValue() == 0);
            assertThat(closedFor(dashboard)).isBetween(Duration.ofMillis(1500), Duration.ofMillis(2600));
        }
    }

    /** From its end to the last message that had it, by the number of ticks at least and the clock at most. */
    private static Duration closedFor(Dashboard dashboard) {
        long messages = dashboard.messages.stream()
                .filter(message -> isStatus(message, 3, "Closed"))
                .count();
        return Duration.ofMillis(Math.min(2500, messages * 60));
    }

    private static boolean isStatus(JsonNode message, long id, String status) {
        return Dashboard.row(message, id).path("status").stringValue("").equals(status);
    }

    @Test
    void activeRowsComeFirstAndACappedMessageSaysSo() {
        try (TestGateway small = TestGateway.start(limits -> {
            limits.maxRows = 3;
            return limits;
        })) {
            for (long id = 1; id <= 5; id++) {
                small.ledger.put(FakeLedger.exchange(id, "a.example", SOME));
            }
            small.ledger.close(5, SOME);
            try (Dashboard dashboard = small.dashboard().subscribe("connections")) {

                JsonNode message = dashboard.any("connections", any -> true);

                assertThat(message.path("total").intValue()).isEqualTo(5);
                assertThat(message.path("capped").booleanValue()).isTrue();
                assertThat(message.path("data").findValuesAsString("id")).containsExactly("4", "3", "2");
            }
        }
    }

    @Test
    void hostileTextsArriveAsTheyAreAndLongOnesAreCut() {
        String name = "\"><svg/onload=alert(1)>\u202E\uD800\r\n\u001b[31m";
        gateway.ledger.put(FakeLedger.exchange(1, name, SOME));
        gateway.ledger.put(FakeLedger.exchange(2, "x".repeat(100_000), SOME));
        try (Dashboard dashboard = gateway.dashboard().subscribe("connections")) {

            JsonNode message = dashboard.any("connections", any -> true);

            assertThat(Dashboard.row(message, 1).path("host").stringValue()).isEqualTo(name);
            assertThat(Dashboard.row(message, 2).path("host").stringValue())
                    .hasSize(2048)
                    .endsWith("x…");
        }
    }

    @Test
    void trafficHasTheTotalsOfTheLedgerAndRatesBySecond() {
        gateway.ledger.add(new Tally(1000, 2000, 30, 40, 0, 0));
        try (Dashboard dashboard = gateway.dashboard().subscribe("traffic")) {
            JsonNode first = dashboard.any("traffic", any -> true);
            assertThat(first.propertyNames()).containsExactly("type", "seq", "data", "history");
            assertThat(first.path("data").propertyNames()).contains("up", "down", "totalUp", "totalDown", "since");
            assertThat(first.path("data").path("totalUp").longValue()).isEqualTo(1000);
            assertThat(first.path("data").path("totalDown").longValue()).isEqualTo(2000);

            gateway.ledger.add(new Tally(10_000_000, 0, 0, 0, 0, 0));

            JsonNode busy = dashboard.any(
                    "traffic", message -> message.path("data").path("totalUp").longValue() > 1000);
            assertThat(busy.path("data").path("up").longValue())
                    .as("a tick of 40 ms or longer, by the clock")
                    .isBetween(1_000_000L, 10_000_000L * 1000 / 20);
            assertThat(busy.path("data").path("down").longValue()).isZero();
            assertThat(busy.path("data").path("totalUp").longValue()).isEqualTo(10_001_000);
            assertThat(busy.path("seq").longValue())
                    .isGreaterThan(first.path("seq").longValue());
        }
    }

    @Test
    void subscriptionReplacesTheOneBefore() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("traffic", "connections", "mitm_detail", "nonsense")) {
            dashboard.any("traffic", any -> true);
            dashboard.any("connections", any -> true);

            dashboard.subscribe("traffic");

            dashboard.next("traffic", any -> true); // what was on its way has arrived
            int from = dashboard.messages.size();
            dashboard.next("traffic", any -> true);
            dashboard.next("traffic", any -> true);
            assertThat(List.copyOf(dashboard.messages).stream().skip(from))
                    .extracting(message -> message.path("type").stringValue())
                    .containsOnly("traffic");
        }
    }

    @Test
    void tickAsksForOneSnapshotHoweverManySubscribe() {
        try (TestGateway watched = incurious();
                Dashboard one = watched.dashboard().subscribe("connections");
                Dashboard two = watched.dashboard().subscribe("connections");
                Dashboard three = watched.dashboard().subscribe("connections")) {
            for (Dashboard dashboard : new Dashboard[] {one, two, three}) {
                dashboard.any("connections", any -> true);
            }
            int requests = watched.ledger.requests.get();
            int messages = three.messages.size();

            await().until(() -> three.messages.size() >= messages + 10);

            int more = watched.ledger.requests.get() - requests;
            assertThat(more).isLessThanOrEqualTo(three.messages.size() - messages + 2);
        }
    }

    /** One that looks at the traffic once, at the start. */
    private static TestGateway incurious() {
        return TestGateway.start(limits -> {
            limits.trafficTick = Duration.ofHours(1);
            return limits;
        });
    }

    @Test
    void nobodySubscribedMeansNoSnapshotButThoseOfTheTraffic() {
        try (TestGateway idle = incurious();
                Dashboard dashboard = idle.dashboard()) {
            dashboard.say("nothing that is read here").any("error", any -> true);
            assertThat(idle.ledger.requests).hasValue(1);

            dashboard.subscribe("connections", "changes", "traffic").any("connections", any -> true);
            int seen = dashboard.messages.size();
            dashboard.subscribe().say("{").after(seen, "error", any -> true);

            int requests = idle.ledger.requests.get();
            await().pollDelay(Duration.ofMillis(300)).until(() -> true); // several ticks
            assertThat(idle.ledger.requests).hasValue(requests);
        }
    }

    @Test
    void dashboardThatLeavesStopsTheTicks() {
        try (TestGateway idle = incurious()) {
            Dashboard dashboard = idle.dashboard().subscribe("connections", "changes", "logs");
            dashboard.any("connections", any -> true);
            await().until(() -> idle.wantedLevel().isPresent());

            dashboard.close();

            await().until(() -> idle.wantedLevel().isEmpty());
            int requests = idle.ledger.requests.get();
            await().pollDelay(Duration.ofMillis(200)).until(() -> true);
            assertThat(idle.ledger.requests).hasValue(requests);
        }
    }

    @Test
    void whoSubscribesToTrafficGetsTheLastMinutesAtOnceAndOnlyThen() {
        try (Dashboard early = gateway.dashboard().subscribe("traffic")) {
            early.any("traffic", any -> true);
            gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
            gateway.ledger.put(FakeLedger.exchange(2, "a.example", Tally.ZERO));
            gateway.ledger.close(1, Tally.ZERO);
            int seen = early.messages.size();
            gateway.ledger.add(new Tally(40_000, 0, 0, 0, 0, 0));
            early.after(
                    seen, "traffic", message -> message.path("data").path("up").longValue() > 0);
            early.next("traffic", message -> message.path("data").path("up").longValue() == 0);

            try (Dashboard late = gateway.dashboard().subscribe("traffic")) {
                late.next("traffic", any -> !late.messages.isEmpty() && late.messages.size() > 1);

                JsonNode history = late.messages.get(0).path("history");
                assertThat(history.path("stepMillis").intValue()).isEqualTo(40);
                assertThat(OffsetDateTime.parse(history.path("endTime").stringValue()))
                        .isAfter(OffsetDateTime.now(ZoneOffset.UTC).minusMinutes(1));
                int steps = history.path("up").size();
                for (String figure : new String[] {"down", "open", "opened", "closed"}) {
                    assertThat(history.path(figure).size()).isEqualTo(steps);
                }
                assertThat(sum(history.path("up")) * 40 / 1000.0)
                        .as("rates times their length are what moved, about")
                        .isBetween(20_000.0, 60_000.0);
                assertThat(sum(history.path("opened"))).isPositive();
                assertThat(sum(history.path("closed"))).isPositive();
                assertThat(history.path("open").path(steps - 1).intValue()).isEqualTo(1);
                assertThat(late.messages.get(1).has("history")).isFalse();
                assertThat(early.messages.get(0).has("history")).isTrue();
                assertThat(early.messages.stream()
                                .filter(message -> message.has("history"))
                                .count())
                        .isEqualTo(1);
            }
        }
    }

    private static long sum(JsonNode numbers) {
        long sum = 0;
        for (JsonNode number : numbers) {
            sum += number.longValue();
        }
        return sum;
    }

    @Test
    void ledgerThatDoesNotAnswerIsToldWithItsReason() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("traffic")) {
            dashboard.any("traffic", message -> !message.path("data").has("stale"));

            gateway.ledger.fail(JournalState.FAILED, "disk is full");
            gateway.ledger.fallSilent();

            JsonNode data = dashboard
                    .any("traffic", message -> message.path("data").has("stale"))
                    .path("data");
            assertThat(data.path("journal").stringValue()).isEqualTo("failed");
            assertThat(data.path("reason").stringValue()).isEqualTo("disk is full");
        }
    }
}
