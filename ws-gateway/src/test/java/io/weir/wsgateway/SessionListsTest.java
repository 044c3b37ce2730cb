package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Lists of open sessions: pages, filters, and what is no question. */
class SessionListsTest {
    private static final long OPENED = 1_772_935_200_000L;
    private static TestGateway gateway;
    private static ApiClient client;
    private static final List<ConnectionInfo> rows = new ArrayList<>();

    @BeforeAll
    static void start() {
        gateway = TestGateway.start();
        client = ApiClient.of(gateway);
        Random random = new Random(5);
        LongStream.rangeClosed(1, 500).forEach(id -> {
            ConnectionInfo row = new ConnectionInfo(
                    id,
                    0,
                    anyOf(random),
                    "GET",
                    random.nextInt(5) + ".Example:443",
                    "http://" + random.nextInt(5) + ".example/" + id,
                    "192.0.2." + random.nextInt(9) + ":" + (1_000 + id),
                    random.nextBoolean() ? "" : "user" + random.nextInt(3),
                    "",
                    OPENED + random.nextInt(1_000),
                    Tally.ZERO,
                    0,
                    null,
                    0);
            rows.add(row);
            gateway.ledger.put(row);
        });
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static SessionProtocol anyOf(Random random) {
        return List.of(SessionProtocol.values()).get(random.nextInt(4));
    }

    private static List<Long> expected(SessionFilter filter) {
        return rows.stream()
                .filter(filter::matches)
                .map(ConnectionInfo::id)
                .sorted(Comparator.reverseOrder())
                .toList();
    }

    private static List<Long> ids(Iterable<JsonNode> found) {
        List<Long> ids = new ArrayList<>();
        found.forEach(row -> ids.add(row.path("id").longValue()));
        return ids;
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 199, 250, 499, 500, 501, 2_000, 5_000})
    void pagesOfAnySizeTogetherHaveEveryRowOnce(int limit) throws Exception {
        assertThat(ids(client.pages("/api/sessions?limit=" + limit))).isEqualTo(expected(SessionFilter.ALL));
    }

    @Test
    void aPageHas200RowsUnlessToldAndSaysHowManyThereAre() throws Exception {
        JsonNode page = client.get("/api/sessions").json();

        assertThat(page.path("data")).hasSize(200);
        assertThat(page.path("total").longValue()).isEqualTo(500);
        assertThat(page.path("next").longValue()).isEqualTo(301);
        assertThat(page.path("seq").longValue()).isPositive();
    }

    @Test
    void aPageBeforeTheFirstRowIsEmptyAndTheLast() throws Exception {
        JsonNode page = client.get("/api/sessions?before=1").json();

        assertThat(page.path("data")).isEmpty();
        assertThat(page.path("total").longValue()).isEqualTo(500);
        assertThat(page.has("next")).isFalse();
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyFilterShowsWhatItMatchesAndNothingElse(long seed) throws Exception {
        Random random = new Random(seed);
        String q = random.nextBoolean()
                ? ""
                : List.of("EXAMPLE", "3.ex", "7", "user1", "/4").get(random.nextInt(5));
        String host = random.nextBoolean() ? "" : random.nextInt(5) + ".eXample";
        String clientPart = random.nextBoolean() ? "" : "192.0.2." + random.nextInt(9);
        String user = random.nextBoolean() ? "" : "user" + random.nextInt(3);
        SessionProtocol protocol = random.nextBoolean() ? null : anyOf(random);
        long from = random.nextBoolean() ? 0 : OPENED + random.nextInt(1_000);
        long to = random.nextBoolean() ? 0 : OPENED + random.nextInt(1_000);
        SessionFilter filter = new SessionFilter(q, host, clientPart, user, protocol, from, to);

        List<JsonNode> found = client.pages("/api/sessions?state=open&limit=37&q=" + q + "&host=" + host + "&client="
                + clientPart + "&user=" + user + "&protocol="
                + (protocol == null ? "" : protocol.label().toLowerCase(Locale.ROOT)) + "&from=" + from + "&to="
                + (to == 0 ? "" : Json.time(to).replace("+", random.nextBoolean() ? "%2B" : "+")));

        assertThat(ids(found)).isEqualTo(expected(filter));
    }

    @Test
    void timesAreReadInBothForms() throws Exception {
        long middle = OPENED + 500;
        List<Long> before = expected(new SessionFilter("", "", "", "", null, 0, middle));

        assertThat(ids(client.pages("/api/sessions?to=" + middle))).isEqualTo(before);
        assertThat(ids(client.pages("/api/sessions?to=2026-03-08T02:00:00.500Z")))
                .isEqualTo(before);
        assertThat(ids(client.pages("/api/sessions?to=2026-03-08T04:00:00.500%2B02:00")))
                .isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "state=all",
                "state=open&state=open",
                "state=OPEN",
                "limit=0",
                "limit=-1",
                "limit=1.5",
                "limit=1e3",
                "limit=99999999999999999",
                "limit=10&limit=20",
                "limit=%F0%9D%9F%99",
                "before=-1",
                "before=0x10",
                "before=18446744073709551616",
                "from=yesterday",
                "from=-5",
                "from=2026-13-01T00:00:00Z",
                "from=2026-01-01T00:00:00",
                "from=999999999-01-01T00:00:00Z%20",
                "to=99999999999999999999",
                "protocol=FTP",
                "q=a&q=b",
                "host=%zz",
                "host=%",
                "host=%e",
                "state=closed&limit=x",
                "state=closed&before=-3",
            })
    void whatIsNoQuestionIsSaidInJson(String query) throws Exception {
        String answer = gateway.get("/api/sessions?" + query, "Authorization: Bearer " + gateway.token.value());

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("content-type: application/json")
                .containsPattern("\\{\"error\":\"[^\"]+\"}$");
    }

    @Test
    void aTimeBeyondWhatIsKnownIsAFilterLikeAnyOther() throws Exception {
        assertThat(client.get("/api/sessions?from=%2B999999999-01-01T00:00:00Z").status())
                .isIn(200, 400);
        assertThat(client.get("/api/sessions?to=9999999999999999")
                        .json()
                        .path("total")
                        .longValue())
                .isEqualTo(500);
        assertThat(client.get("/api/sessions?to=0001-01-01T00:00:00Z").status()).isEqualTo(200);
    }

    @Test
    void textOfAFilterIsComparedAsItIs() throws Exception {
        for (String hostile :
                List.of("%00", "%E2%80%AE", "%3Cscript%3E", "%27%3B--", ".*", "%5B", "%25", "a".repeat(7_000))) {
            assertThat(client.get("/api/sessions?host=" + hostile)
                            .json()
                            .path("total")
                            .longValue())
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/sessions/x",
                "/api/sessions/-1",
                "/api/sessions/1.0",
                "/api/sessions/%31",
                "/api/sessions/99999999999999999",
                "/api/sessions/1/timeline?points=0",
                "/api/sessions/1/timeline?at=x",
                "/api/sessions/x/timeline",
                "/api/exchanges?state=past",
                "/api/exchanges?limit=0",
                "/api/exchanges?after=-1",
                "/api/exchanges?state=history&status=7",
                "/api/exchanges?state=history&status=6xx",
                "/api/exchanges?state=history&session=-1",
            })
    void malformedPathsAndNumbersAreBad(String target) throws Exception {
        ApiClient.Reply reply = client.get(target);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.json().path("error").stringValue()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/",
                "/api/none",
                "/api/sessions/",
                "/api/sessions/1/",
                "/api/sessions/1/timeline/",
                "/api/sessions/1/other",
                "/api/sessions//timeline",
                "/api/sessions/close/",
                "/api/Totals",
                "/api/totals;x",
                "/api/openapi_json",
                "/api/../api/totals",
            })
    void pathsThatAreNotThereAreNotFoundInJson(String target) throws Exception {
        String answer = gateway.get(target, "Authorization: Bearer " + gateway.token.value());

        assertThat(answer).startsWith("HTTP/1.1 404 ").endsWith("{\"error\":\"Not Found\"}");
    }

    @Test
    void aPageOfLongTextsIsCutWhereItHasEightMebibytesAndNoRowIsLost() throws Exception {
        String text = "\u4e2d".repeat(4_000);
        try (TestGateway own = TestGateway.start()) {
            for (long id = 1; id <= 1_000; id++) {
                own.ledger.put(FakeLedger.exchange(id, text, Tally.ZERO));
            }
            ApiClient client = ApiClient.of(own);

            ApiClient.Reply page = client.get("/api/sessions?limit=2000");

            assertThat(page.text().length()).isBetween(8 << 20, (8 << 20) + (64 << 10));
            assertThat(page.json().path("total").longValue()).isEqualTo(1_000);
            assertThat(ids(client.pages("/api/sessions?limit=2000")))
                    .isEqualTo(LongStream.iterate(1_000, id -> id > 0, id -> id - 1)
                            .boxed()
                            .toList());
        }
    }
}
