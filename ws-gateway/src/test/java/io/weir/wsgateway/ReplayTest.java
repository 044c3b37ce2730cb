package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A gateway that shows a replay: its answers and topics are those of a live one at that time. */
class ReplayTest {
    @TempDir
    static Path folder;

    @BeforeAll
    static void record() throws InterruptedException {
        ReplayedGateway.record(folder, TestReplays::recordTunnels);
    }

    private static ReplayedGateway gateway() {
        return ReplayedGateway.of(folder);
    }

    private static JsonNode order(ApiClient client, String body) throws Exception {
        ApiClient.Reply reply = client.post("/api/replay", body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private static JsonNode seek(ApiClient client, long sequence) throws Exception {
        return order(client, "{\"action\":\"seek\",\"sequence\":" + sequence + "}");
    }

    private static JsonNode get(ApiClient client, String target) throws Exception {
        ApiClient.Reply reply = client.get(target);
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    @Test
    void itIsControlledByHttp() throws Exception {
        try (ReplayedGateway gateway = gateway()) {
            ApiClient client = gateway.client();

            JsonNode begin = get(client, "/api/replay");
            assertThat(begin.path("state").asString()).isEqualTo("paused");
            assertThat(begin.path("sequence").asLong()).isZero();
            assertThat(begin.path("speed").asString()).isEqualTo("max");
            long last = begin.path("lastSequence").asLong();

            assertThat(order(client, "{\"action\":\"step\"}").path("sequence").asLong())
                    .isEqualTo(1);
            JsonNode middle = seek(client, last / 2);
            assertThat(middle.path("sequence").asLong()).isEqualTo(last / 2);
            long at = middle.path("at").asLong();
            JsonNode earlier = order(client, "{\"action\":\"seek\",\"at\":" + (at - 100) + "}");
            assertThat(earlier.path("at").asLong()).isEqualTo(at - 100);
            assertThat(earlier.path("sequence").asLong()).isLessThan(last / 2);
            assertThat(order(client, "{\"action\":\"speed\",\"speed\":10}")
                            .path("speed")
                            .asDouble())
                    .isEqualTo(10);
            assertThat(order(client, "{\"action\":\"play\"}").path("state").asString())
                    .isEqualTo("playing");
            assertThat(order(client, "{\"action\":\"pause\"}").path("state").asString())
                    .isEqualTo("paused");
            order(client, "{\"action\":\"speed\",\"speed\":\"max\"}");
            order(client, "{\"action\":\"play\"}");
            gateway.replay.whenEnded().get();
            JsonNode end = get(client, "/api/replay");
            assertThat(end.path("state").asString()).isEqualTo("ended");
            assertThat(end.path("sequence").asLong()).isEqualTo(last);
            assertThat(end.path("at").asLong()).isEqualTo(end.path("to").asLong());
        }
    }

    @Test
    void anOrderThatIsMalformedIsRefused() throws Exception {
        List<String> malformed = List.of(
                "",
                "[]",
                "{}",
                "{\"action\":\"stop\"}",
                "{\"action\":\"play\",\"at\":1}",
                "{\"action\":\"seek\"}",
                "{\"action\":\"seek\",\"at\":1,\"sequence\":2}",
                "{\"action\":\"seek\",\"at\":-1}",
                "{\"action\":\"seek\",\"at\":\"now\"}",
                "{\"action\":\"speed\",\"speed\":0}",
                "{\"action\":\"speed\",\"speed\":\"fast\"}",
                "{\"action\":\"play\",\"more\":1}");
        try (ReplayedGateway gateway = gateway()) {
            for (String body : malformed) {
                assertThat(gateway.client().post("/api/replay", body).status())
                        .as(body)
                        .isEqualTo(400);
            }
        }
    }

    @Test
    void onlyWhoHasTheTokenMayGiveOrders() throws Exception {
        try (ReplayedGateway gateway = gateway()) {
            ApiClient stranger = gateway.client().with("wrong");

            assertThat(stranger.post("/api/replay", "{\"action\":\"play\"}").status())
                    .isEqualTo(401);
            assertThat(stranger.get("/api/replay").status()).isEqualTo(401);
        }
    }

    @Test
    void listsAndTotalsAreThoseOfTheState() throws Exception {
        try (ReplayedGateway gateway = gateway()) {
            ApiClient client = gateway.client();
            long last = get(client, "/api/replay").path("lastSequence").asLong();
            Random random = new Random(3);
            for (int i = 0; i < 12; i++) {
                long sequence = 2 + random.nextLong(last - 1);
                seek(client, sequence);

                JsonNode state = get(client, "/api/history/state?limit=2000&seq=" + sequence);
                JsonNode shown = get(client, "/api/sessions?limit=2000");
                JsonNode totals = get(client, "/api/totals");
                assertThat(get(client, "/api/history/state?limit=2000&at=" + Long.MAX_VALUE / 1_000)
                                .path("hash"))
                        .isEqualTo(state.path("hash")); // what comes later is not told
                assertThat(shown.path("data")).isEqualTo(state.path("data"));
                assertThat(totals.path("totals")).isEqualTo(state.path("totals"));
                assertThat(totals.path("open")).isEqualTo(state.path("open"));
                for (JsonNode closed :
                        get(client, "/api/sessions?state=closed&limit=2000").path("data")) {
                    assertThat(closed.path("closedSequence").asLong()).isLessThanOrEqualTo(sequence);
                }
            }
        }
    }

    @Test
    void theStateComesInPages() throws Exception {
        try (ReplayedGateway gateway = gateway()) {
            ApiClient client = gateway.client();
            long sequence = get(client, "/api/replay").path("lastSequence").asLong() / 2;
            seek(client, sequence);

            List<JsonNode> whole = new ArrayList<>();
            get(client, "/api/history/state?limit=2000&seq=" + sequence)
                    .path("data")
                    .forEach(whole::add);

            assertThat(whole).hasSizeGreaterThan(10);
            assertThat(client.pages("/api/history/state?limit=3&seq=" + sequence))
                    .isEqualTo(whole);
        }
    }

    @Test
    void changesFollowAReplayForwardsAndBackwards() throws Exception {
        try (ReplayedGateway gateway = gateway();
                Dashboard dashboard = gateway.dashboard()) {
            ApiClient client = gateway.client();
            long last = get(client, "/api/replay").path("lastSequence").asLong();
            dashboard.subscribe("changes");
            Random random = new Random(4);
            for (int i = 0; i < 8; i++) {
                long sequence = 2 + random.nextLong(last - 40);
                seek(client, sequence);
                dashboard.any("changes", message -> message.path("seq").asLong() == sequence);
                for (int step = 0; step < 20; step++) {
                    order(client, "{\"action\":\"step\"}");
                }
                dashboard.any("changes", message -> message.path("seq").asLong() == sequence + 20);
                assertThat(open(dashboard)).isEqualTo(open(get(client, "/api/sessions?limit=2000")));
            }
        }
    }

    /** What a client makes of all messages so far. */
    private static Map<Long, List<Long>> open(Dashboard dashboard) {
        ChangesFold fold = new ChangesFold();
        for (JsonNode message : dashboard.messages) {
            if (message.path("type").asString("").equals("changes")) {
                fold = message.has("reset")
                        ? new ChangesFold()
                        : fold; // it holds that who knows something is told no more than that
                fold.apply(message.toString().replace("other node", "new"));
            }
        }
        Map<Long, List<Long>> open = new HashMap<>();
        fold.rows.values().stream()
                .filter(row -> row.path("status").asString("").equals("Active"))
                .forEach(row -> open.put(row.path("id").asLong(), counts(row)));
        return open;
    }

    private static Map<Long, List<Long>> open(JsonNode answer) {
        Map<Long, List<Long>> open = new HashMap<>();
        answer.path("data").forEach(row -> open.put(row.path("id").asLong(), counts(row)));
        return open;
    }

    private static List<Long> counts(JsonNode row) {
        return List.of(row.path("up").asLong(), row.path("down").asLong());
    }

    @Test
    void trafficTellsTheReplaysTimeAndRatesOfEventSeconds() throws Exception {
        try (ReplayedGateway gateway = gateway();
                Dashboard dashboard = gateway.dashboard()) {
            ApiClient client = gateway.client();
            dashboard.subscribe("traffic", "connections");
            long last = get(client, "/api/replay").path("lastSequence").asLong();
            long begin = seek(client, last / 2).path("at").asLong();
            order(client, "{\"action\":\"speed\",\"speed\":0.5}");
            order(client, "{\"action\":\"play\"}");

            JsonNode playing = dashboard.next(
                    "traffic", message -> message.path("data").path("down").asLong() > 0);
            JsonNode replay = playing.path("data").path("replay");
            assertThat(replay.path("state").asString()).isEqualTo("playing");
            assertThat(replay.path("at").asLong()).isGreaterThan(begin);
            assertThat(playing.path("history").path("stepMillis").asLong()).isPositive();

            order(client, "{\"action\":\"pause\"}");
            JsonNode paused = dashboard.next(
                    "traffic",
                    message -> message.path("data")
                            .path("replay")
                            .path("state")
                            .asString()
                            .equals("paused"));
            JsonNode again = dashboard.next("traffic", message -> true);
            assertThat(again.path("data").path("replay"))
                    .isEqualTo(paused.path("data").path("replay"));
            assertThat(again.has("stale")).isFalse();
        }
    }

    @Test
    void nothingOfThePastCanBeClosed() throws Exception {
        try (ReplayedGateway gateway = gateway();
                Dashboard dashboard = gateway.dashboard()) {
            ApiClient client = gateway.client();

            ApiClient.Reply refused = client.close("{\"all\":true}");
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.json().path("error").asString()).contains("replay");
            dashboard.say("{\"action\":\"closeAllConnections\"}");
            assertThat(dashboard.any("error", message -> true).toString()).contains("replay");
            assertThat(get(client, "/api/build").path("mode").asString()).isEqualTo("replay");
        }
    }
}
