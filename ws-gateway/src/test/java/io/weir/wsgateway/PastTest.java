package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is asked of sessions that are over is answered out of a real journal. */
class PastTest {
    @TempDir
    Path folder;

    /** What a session was, as the test knows it. */
    private record Known(long id, String host, String user, long up, long down) {}

    /** Opens and closes sessions, some at a time; answers those that closed, in that order. */
    private static List<Known> storm(JournaledGateway gateway, long seed, int count) throws InterruptedException {
        Random random = new Random(seed);
        List<SessionMeter> open = new ArrayList<>();
        List<Known> facts = new ArrayList<>();
        List<Known> closed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String host = "h" + random.nextInt(7) + ".example:443";
            String user = "u" + random.nextInt(3);
            SessionMeter session =
                    gateway.open(0, SessionProtocol.HTTPS_TUNNEL, host, "192.0.2.1:" + (1_024 + i), user);
            long up = random.nextInt(100_000);
            long down = random.nextInt(100_000);
            session.up(up);
            session.down(down);
            open.add(session);
            facts.add(new Known(session.id(), host, user, up, down));
            gateway.passMillis(random.nextInt(50));
            if (open.size() > 10) {
                int any = random.nextInt(open.size());
                open.remove(any).close(CloseReason.COMPLETED, 0);
                closed.add(facts.remove(any));
            }
        }
        gateway.settle();
        return closed;
    }

    private static List<Known> known(List<JsonNode> rows) {
        return rows.stream()
                .map(row -> new Known(
                        row.path("id").longValue(),
                        row.path("host").stringValue(),
                        row.path("user").stringValue(),
                        row.path("up").longValue(),
                        row.path("down").longValue()))
                .toList();
    }

    private static List<Known> reversed(List<Known> closed) {
        List<Known> newestFirst = new ArrayList<>(closed);
        java.util.Collections.reverse(newestFirst);
        return newestFirst;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void pagesOfClosedSessionsTogetherHaveEachOnceTheNewestEndFirst(long seed) throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            List<Known> closed = reversed(storm(gateway, seed, 400));
            ApiClient client = gateway.client();

            assertThat(known(client.pages("/api/sessions?state=closed&limit=37")))
                    .isEqualTo(closed);
            assertThat(known(client.pages("/api/sessions?state=closed&limit=2000")))
                    .isEqualTo(closed);
            assertThat(known(client.pages("/api/sessions?state=closed&limit=20&host=H3.ex&user=u1")))
                    .isEqualTo(closed.stream()
                            .filter(each ->
                                    each.host().startsWith("h3") && each.user().equals("u1"))
                            .toList());
            assertThat(client.get("/api/sessions?state=closed&limit=5").json().path("data"))
                    .allSatisfy(row -> {
                        assertThat(row.path("closedSequence").longValue()).isPositive();
                        assertThat(row.path("status").stringValue()).isEqualTo("Closed");
                    });
        }
    }

    @Test
    void anAnswerHasWhatWasClosedBeforeItWasAsked() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            ApiClient client = gateway.client();
            for (int i = 0; i < 20; i++) {
                SessionMeter session = gateway.open(0, SessionProtocol.HTTP, "a.example", "192.0.2.1:1", "");
                session.close(CloseReason.COMPLETED, 200);
                gateway.settle();

                JsonNode page = client.get("/api/sessions?state=closed&limit=1").json();

                assertThat(page.path("data").path(0).path("id").longValue()).isEqualTo(session.id());
                assertThat(page.path("seq").longValue())
                        .isGreaterThanOrEqualTo(
                                page.path("data").path(0).path("closedSequence").longValue());
            }
        }
    }

    @Test
    void aTimelineAddsUpToTheCountsOfTheSession() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            ApiClient client = gateway.client();
            SessionMeter session = gateway.open(0, SessionProtocol.HTTPS_TUNNEL, "a.example:443", "192.0.2.1:1", "");
            Random random = new Random(3);
            session.overheadUp(90);
            session.overheadDown(39);
            for (int i = 0; i < 50; i++) {
                gateway.passMillis(random.nextInt(2_000));
                session.up(random.nextInt(5_000));
                session.down(random.nextInt(50_000));
                gateway.settle();
            }
            isWhole(client, session, 300);
            gateway.passMillis(1_000);
            session.up(7);
            session.close(CloseReason.COMPLETED, 0);
            gateway.settle();
            isWhole(client, session, 300);
            isWhole(client, session, 1);
            isWhole(client, session, 7);
        }
    }

    @Test
    void aTimelineIsWholeAlsoWhenTheClockWasSetBackMeanwhile() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            SessionMeter session = gateway.open(0, SessionProtocol.HTTPS_TUNNEL, "a.example:443", "192.0.2.1:1", "");
            session.up(5);
            gateway.settle();
            gateway.passMillis(-600_000);
            session.up(7);
            session.close(CloseReason.COMPLETED, 0);
            gateway.settle();

            isWhole(gateway.client(), session, 300);
        }
    }

    private static void isWhole(ApiClient client, SessionMeter session, int points) throws Exception {
        String path = "/api/sessions/" + session.id();
        JsonNode row = client.get(path).json().path("session");
        JsonNode line = client.get(path + "/timeline?points=" + points).json();

        assertThat(line.path("id").longValue()).isEqualTo(session.id());
        assertThat(line.path("up").size()).isBetween(1, points);
        for (String figure : List.of("up", "down", "overheadUp", "overheadDown")) {
            assertThat(sum(line.path(figure))).isEqualTo(row.path(figure).longValue());
            assertThat(line.path(figure)).hasSameSizeAs(line.path("up"));
        }
        assertThat(row.path("up").longValue()).isEqualTo(session.total().up());
    }

    private static long sum(JsonNode figures) {
        long sum = 0;
        for (JsonNode figure : figures) {
            sum += figure.longValue();
        }
        return sum;
    }

    @Test
    void aSessionIsFoundOpenOrClosedWithWhatIsInItAndUnknownOnesAreNot() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            ApiClient client = gateway.client();
            SessionMeter tunnel = gateway.open(0, SessionProtocol.HTTPS_MITM, "a.example:443", "192.0.2.1:1", "");
            tunnel.originConnected("198.51.100.1:443");
            SessionMeter running =
                    gateway.open(tunnel.id(), SessionProtocol.HTTPS_MITM, "a.example:443", "192.0.2.1:1", "");
            SessionMeter over =
                    gateway.open(tunnel.id(), SessionProtocol.HTTPS_MITM, "a.example:443", "192.0.2.1:1", "");
            over.close(CloseReason.COMPLETED, 204);
            gateway.settle();

            JsonNode open = client.get("/api/sessions/" + tunnel.id()).json();

            assertThat(open.path("session").path("status").stringValue()).isEqualTo("Active");
            assertThat(open.path("children"))
                    .extracting(row -> row.path("id").longValue())
                    .containsExactly(over.id(), running.id());
            assertThat(open.path("route").toString())
                    .isEqualTo("{\"rule\":\"direct\",\"originAddress\":\"198.51.100.1:443\"}");
            JsonNode closed = client.get("/api/sessions/" + over.id()).json().path("session");
            assertThat(closed.path("statusCode").intValue()).isEqualTo(204);
            assertThat(closed.path("closedSequence").longValue()).isPositive();
            assertThat(client.get("/api/sessions/999999").status()).isEqualTo(404);
            assertThat(client.get("/api/sessions/999999/timeline?at=" + gateway.nowMillis())
                            .json()
                            .path("error")
                            .stringValue())
                    .isEqualTo("there is no session 999999");
        }
    }

    @Test
    void aSessionOfAnEarlierRunIsFoundInTheJournal() throws Exception {
        long id;
        long end;
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            SessionMeter session = gateway.open(0, SessionProtocol.HTTP, "a.example", "192.0.2.1:1", "ann");
            session.up(5);
            session.close(CloseReason.COMPLETED, 200);
            gateway.settle();
            id = session.id();
            end = gateway.nowMillis();
        }
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            for (String hint : List.of("", "?at=" + end)) {
                JsonNode row = gateway.client()
                        .get("/api/sessions/" + id + hint)
                        .json()
                        .path("session");

                assertThat(row.path("user").stringValue()).isEqualTo("ann");
                assertThat(row.path("up").longValue()).isEqualTo(5);
            }
            assertThat(gateway.client()
                            .get("/api/sessions?state=closed&q=ann")
                            .json()
                            .path("data"))
                    .hasSize(1);
        }
    }

    @Test
    void pagesOfPastExchangesTogetherHaveEachOnceTheNewestFirst() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            for (int i = 0; i < 25; i++) {
                SessionMeter session = gateway.open(0, SessionProtocol.HTTP, "h.example", "192.0.2.1:1", "");
                session.exchangeCompleted(TestExchanges.failed("http://h.example/" + i));
                session.close(CloseReason.COMPLETED, 0);
            }
            gateway.settle();
            ApiClient client = gateway.client();

            assertThat(client.pages("/api/exchanges?state=history&limit=4"))
                    .extracting(row -> row.path("request").path("url").stringValue())
                    .hasSize(25)
                    .startsWith("http://h.example/24", "http://h.example/23")
                    .doesNotHaveDuplicates();
            assertThat(client.pages("/api/exchanges?state=history&q=.example/7"))
                    .hasSize(1);
            assertThat(client.pages("/api/exchanges?state=history&status=5xx")).isEmpty();
            assertThat(client.pages("/api/exchanges?state=history&method=post")).isEmpty();
        }
    }
}
