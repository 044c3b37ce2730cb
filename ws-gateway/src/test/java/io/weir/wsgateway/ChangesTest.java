package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

@Tag("jdk")
class ChangesTest {
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

    private static Dashboard resume(TestGateway gateway, long from, String node) {
        return gateway.dashboard()
                .say("{\"action\":\"subscribe\",\"topics\":[\"changes\"],\"from\":" + from + ",\"node\":\"" + node
                        + "\"}");
    }

    private static JsonNode first(Dashboard dashboard) {
        return dashboard.any("changes", any -> true);
    }

    private static boolean has(JsonNode message, long id) {
        return !Dashboard.row(message, id).isMissingNode();
    }

    @Test
    void newClientIsToldEverythingAtOnce() {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", SOME));
        gateway.ledger.put(FakeLedger.exchange(2, "b.example", SOME));
        gateway.ledger.close(1, SOME);
        try (Dashboard dashboard = gateway.dashboard().subscribe("changes")) {

            JsonNode message = first(dashboard);

            assertThat(message.propertyNames()).containsExactly("type", "node", "from", "seq", "reset", "why", "data");
            assertThat(message.toString())
                    .startsWith(
                            "{\"type\":\"changes\",\"node\":\"node.1\",\"from\":0,\"seq\":4,\"reset\":true,\"why\":\"new\",");
            assertThat(message.path("data").findValuesAsString("id")).containsExactly("2", "1");
            assertThat(Dashboard.row(message, 2).path("status").stringValue()).isEqualTo("Active");
            assertThat(Dashboard.row(message, 1).path("status").stringValue()).isEqualTo("Closed");
        }
    }

    @Test
    void rowThatOnlyMovedBytesIsSentWithoutWhatIsKnown() {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
        gateway.ledger.put(FakeLedger.exchange(2, "b.example", Tally.ZERO));
        try (Dashboard dashboard = gateway.dashboard().subscribe("changes")) {
            long at = first(dashboard).path("seq").longValue();

            gateway.ledger.put(FakeLedger.exchange(1, "a.example", SOME));

            JsonNode moved =
                    dashboard.any("changes", message -> message.path("from").longValue() == at && has(message, 1));
            assertThat(moved.toString())
                    .isEqualTo("{\"type\":\"changes\",\"node\":\"node.1\",\"from\":" + at + ",\"seq\":" + (at + 1)
                            + ",\"data\":[{\"id\":1,\"up\":517,\"down\":4096,\"overheadUp\":93,\"overheadDown\":39,"
                            + "\"originUp\":517,\"originDown\":4096}]}");

            gateway.ledger.put(FakeLedger.exchange(1, "other.example", SOME));
            JsonNode whole = dashboard.any(
                    "changes",
                    message -> Dashboard.row(message, 1)
                            .path("host")
                            .stringValue("")
                            .startsWith("other"));
            assertThat(Dashboard.row(whole, 1).path("host").stringValue()).isEqualTo("other.example");

            gateway.ledger.close(1, SOME.plus(SOME));
            JsonNode closed = dashboard.any(
                    "changes", message -> Dashboard.row(message, 1).has("endTime"));
            assertThat(Dashboard.row(closed, 1).path("status").stringValue()).isEqualTo("Closed");
            assertThat(Dashboard.row(closed, 1).path("up").longValue()).isEqualTo(2 * 517);
            assertThat(Dashboard.row(closed, 1).path("host").stringValue()).isEqualTo("other.example");
        }
    }

    @Test
    void stepsFollowOneAnotherAndAreTheSameForAllWhoAreAtOnePlace() {
        try (Dashboard one = gateway.dashboard().subscribe("changes");
                Dashboard two = gateway.dashboard().subscribe("changes")) {
            first(one);
            first(two);
            for (long id = 1; id <= 20; id++) {
                gateway.ledger.put(FakeLedger.exchange(id, "a.example", SOME));
                long now = id;
                one.any("changes", message -> has(message, now));
            }
            two.any("changes", message -> has(message, 20));

            for (Dashboard dashboard : List.of(one, two)) {
                long at = 0;
                for (JsonNode message : dashboard.messages) {
                    assertThat(message.path("from").longValue()).isEqualTo(at);
                    at = message.path("seq").longValue();
                }
            }
        }
    }

    @Test
    void whoComesBackGoesOnWhereItWas() {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO)); // 2
        gateway.ledger.put(FakeLedger.exchange(2, "a.example", Tally.ZERO)); // 3
        gateway.ledger.put(FakeLedger.exchange(2, "a.example", SOME)); // 4
        gateway.ledger.put(FakeLedger.exchange(3, "a.example", SOME)); // 5
        try (Dashboard dashboard = resume(gateway, 3, "node.1")) {

            JsonNode message = first(dashboard);

            assertThat(message.path("from").longValue()).isEqualTo(3);
            assertThat(message.path("seq").longValue()).isEqualTo(5);
            assertThat(message.has("reset")).isFalse();
            assertThat(message.path("data").findValuesAsString("id")).containsExactlyInAnyOrder("2", "3");
            assertThat(Dashboard.row(message, 2).has("host")).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"3,node.1,false", "4,node.1,true", "4,node.2,false", "3,node.0,true"})
    void whatAnEarlierStartToldHoldsAsFarAsItWasFound(long from, String node, boolean isReset) {
        for (long id = 1; id < 6; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, "a.example", Tally.ZERO));
        }
        gateway.ledger.startAgain(3);

        try (Dashboard dashboard = resume(gateway, from, node)) {
            JsonNode first = first(dashboard);

            assertThat(first.path("node").stringValue()).isEqualTo("node.2");
            assertThat(first.has("reset")).isEqualTo(isReset);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0,node.1,new",
        "2,elsewhere.1,other node",
        "2,node,other node",
        "2,node.2,other node",
        "99,node.1,ahead",
        "9007199254740991,'',ahead"
    })
    void placeThatIsNoneOfThisLedgerIsAnsweredWithEverything(long from, String node, String why) {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
        gateway.ledger.put(FakeLedger.exchange(2, "a.example", Tally.ZERO));
        try (Dashboard dashboard = resume(gateway, from, node)) {

            JsonNode message = first(dashboard);

            assertThat(message.path("reset").booleanValue()).isTrue();
            assertThat(message.path("why").stringValue()).isEqualTo(why);
            assertThat(message.path("from").longValue()).isZero();
            assertThat(message.path("data").size()).isEqualTo(2);
        }
    }

    /** Its subscription and the first part of a reset have met on the way. */
    @Test
    void placeThatWasSaidBeforeTheClientKnewOfAResetIsAnsweredWithEverythingAgain() {
        gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO)); // 2
        gateway.ledger.put(FakeLedger.exchange(2, "a.example", Tally.ZERO)); // 3
        try (Dashboard dashboard = gateway.dashboard().subscribe("changes")) {
            first(dashboard);

            int seen = dashboard.messages.size();
            dashboard.say("{\"action\":\"subscribe\",\"topics\":[\"changes\"],\"from\":2}");
            JsonNode again = dashboard.after(
                    seen, "changes", message -> message.path("data").size() > 0);

            assertThat(again.path("reset").booleanValue()).isTrue();
            assertThat(again.path("why").stringValue()).isEqualTo("new");
            assertThat(again.path("data").size()).isEqualTo(2);

            int told = dashboard.messages.size();
            dashboard.say("{\"action\":\"subscribe\",\"topics\":[\"changes\"],\"from\":3}");
            gateway.ledger.put(FakeLedger.exchange(2, "a.example", SOME)); // 4
            JsonNode goesOn = dashboard.after(
                    told, "changes", message -> message.path("data").size() > 0);

            assertThat(goesOn.path("from").longValue()).isEqualTo(3);
            assertThat(goesOn.has("reset")).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"from\":-1",
                "\"from\":1.5",
                "\"from\":9007199254740992",
                "\"from\":\"7\"",
                "\"from\":null",
                "\"from\":1e400",
                "\"from\":99999999999999999999",
                "\"from\":[]",
                "\"from\":7,\"node\":7"
            })
    void placeThatIsNoSequenceIsAnsweredAndChangesNothing(String place) {
        try (Dashboard dashboard = gateway.dashboard()) {
            dashboard
                    .say("{\"action\":\"subscribe\",\"topics\":[\"changes\"]," + place + "}")
                    .say("{");

            await().until(() -> dashboard.messages.size() >= 2);

            assertThat(dashboard.messages)
                    .allMatch(message -> message.path("type").stringValue("").equals("error"));
        }
    }

    @Test
    void whoIsUpToDateHearsThatAtOnceAndThenFromTimeToTime() {
        try (Dashboard dashboard = resume(gateway, 1, "node.1")) {
            await().until(() -> dashboard.messages.size() >= 3);

            assertThat(dashboard.messages)
                    .allMatch(message -> message.toString()
                            .equals("{\"type\":\"changes\",\"node\":\"node.1\",\"from\":1,\"seq\":1,\"data\":[]}"));
        }
    }

    @Test
    void longStepComesInPartsAndOnlyTheFirstSaysReset() {
        int rows = 5000;
        for (long id = 1; id <= rows; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, "host-" + id + ".example", SOME));
        }
        try (Dashboard dashboard = gateway.dashboard().subscribe("changes")) {
            JsonNode last = dashboard.any("changes", message -> !message.has("more"));

            List<JsonNode> parts = List.copyOf(dashboard.messages).subList(0, dashboard.messages.indexOf(last) + 1);
            assertThat(parts.size()).isGreaterThan(2);
            assertThat(parts.stream().filter(part -> part.has("reset"))).containsExactly(parts.get(0));
            assertThat(parts.stream().filter(part -> !part.has("more"))).containsExactly(parts.get(parts.size() - 1));
            assertThat(parts).allMatch(part -> part.path("seq").longValue() == rows + 1);
            assertThat(parts)
                    .allMatch(part -> part.toString().length() < GatewayLimits.DEFAULTS.maxPartBytes() + (32 << 10));
            assertThat(parts.stream().mapToInt(part -> part.path("data").size()).sum())
                    .isEqualTo(rows);
        }
    }

    @Test
    void whoReadsSlowlyGetsLaterTicksInOneStepAndAllOfThem() throws Exception {
        int rows = 20_000;
        for (long id = 1; id <= rows; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, "host-" + id + ".example", SOME));
        }
        try (SilentClient slow = SilentClient.open(gateway);
                Dashboard other = gateway.dashboard().subscribe("changes")) {
            slow.say("{\"action\":\"subscribe\",\"topics\":[\"changes\"]}");
            other.any("changes", message -> !message.has("more"));
            for (long id = 1; id <= 5; id++) {
                long now = id;
                gateway.ledger.put(FakeLedger.exchange(id, "host-" + id + ".example", SOME.plus(SOME)));
                other.any("changes", message -> message.path("data").size() < 100 && has(message, now));
            }
            assertThat(gateway.gateway.pendingBytes())
                    .isLessThan((1 << 20) + 2L * GatewayLimits.DEFAULTS.maxPartBytes());

            slow.readUntil("\"conflated\":");
            slow.readUntil("\"id\":5,\"up\":1034,");
        }
    }
}
