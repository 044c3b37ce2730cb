package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The topic {@code mitm_detail} and {@code GET /api/exchanges}. */
class ExchangesTest {
    private static final String TYPE = "mitm_exchange_batch";
    private static final JsonMapper MAPPER = new JsonMapper();

    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.start(limits -> {
            limits.stall = Duration.ofMinutes(2);
            return limits;
        });
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void anExchangeHasExactlyTheKnownKeysInTheirOrderAndThenTheFurtherOnes() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("mitm_detail")) {
            long id = gateway.ledger.exchanged(TestExchanges.full());

            JsonNode message = dashboard.any(TYPE, any -> true);

            assertThat(message.propertyNames()).containsExactly("type", "seq", "data");
            assertThat(message.path("seq").longValue()).isGreaterThanOrEqualTo(id);
            assertThat(message.path("data").path(0)).isEqualTo(MAPPER.readTree("""
                    {"id":ID,"sessionId":9,"parentId":8,"time":1772935200000,"duration":35,
                     "request":{"method":"POST","url":"https://h.example/p","host":"h.example:443",
                      "header":{"Accept":["text/html","*/*"],"content-type":["application/json"]},"sumSize":512,
                      "bodySize":100,"contentType":"application/json","bodyError":"the store is full","fieldsLeftOut":3},
                     "response":{"statusCode":200,"status":"200 OK","header":{"Content-Type":["text/html"]},"sumSize":2048,
                      "bodyKey":"BODY","bodySize":1900,"bodyUploaded":true,"contentType":"text/html"},
                     "protocol":"HTTPS-MITM","remote":"127.0.0.1:50312","clientProtocol":"HTTP/2","originProtocol":"HTTP/1.1",
                     "originAddress":"192.0.2.1:443","originCertificate":"CERTIFICATE",
                     "times":{"connect":1000,"tls":2000,"firstByte":30000,"lastByte":35999},
                     "messages":{"up":512,"down":2048,"overheadUp":0,"overheadDown":0,"originUp":530,"originDown":2100},
                     "wire":{"up":700,"down":2300,"overheadUp":0,"overheadDown":0,"originUp":700,"originDown":2300},
                     "framesUp":3,"framesDown":0}""".replace("ID", Long.toString(id))
                    .replace("BODY", TestExchanges.BODY)
                    .replace("CERTIFICATE", TestExchanges.CERTIFICATE)));
        }
    }

    @Test
    void whatIsEmptyIsLeftOut() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("mitm_detail")) {
            long id = gateway.ledger.exchanged(TestExchanges.failed("http://h.example/"));

            JsonNode message = dashboard.any(TYPE, any -> true);

            assertThat(message.path("data").path(0)).isEqualTo(MAPPER.readTree("""
                    {"id":ID,"sessionId":1,"parentId":0,"time":1772935200000,"duration":0,
                     "request":{"method":"GET","url":"http://h.example/","host":"h.example","header":null,"sumSize":0},
                     "response":{"statusCode":0,"status":"","header":null,"sumSize":0},
                     "error":"origin refused","protocol":"HTTP","remote":"127.0.0.1:50312","clientProtocol":"HTTP/1.1","times":{},
                     "messages":{"up":0,"down":0,"overheadUp":0,"overheadDown":0,"originUp":0,"originDown":0},
                     "wire":{"up":0,"down":0,"overheadUp":0,"overheadDown":0,"originUp":0,"originDown":0}}""".replace("ID", Long.toString(id))));
        }
    }

    @Test
    void whoSubscribesGetsTheLastOnesAndThenEachThatComesOnce() {
        List<Long> expected = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            expected.add(gateway.ledger.exchanged(TestExchanges.failed("http://h.example/" + i)));
        }
        try (Dashboard early = gateway.dashboard().subscribe("mitm_detail")) {
            early.any(TYPE, any -> true);
            try (Dashboard late = gateway.dashboard().subscribe("mitm_detail")) {
                for (int i = 0; i < 500; i++) {
                    expected.add(gateway.ledger.exchanged(TestExchanges.failed("http://h.example/more/" + i)));
                }

                List<Long> all = expected.subList(100, 800);
                await().until(() -> ids(early).size() == all.size());
                await().until(() -> ids(late).containsAll(all.subList(200, 700)));
                assertThat(ids(early)).isEqualTo(all);
                assertThat(ids(late)).isSorted().doesNotHaveDuplicates().endsWith(expected.get(799));
                assertThat(early.messages).allSatisfy(message -> {
                    assertThat(message.path("data").size()).isBetween(1, 200);
                    assertThat(message.has("skipped")).isFalse();
                    assertThat(message.has("missed")).isFalse();
                });
            }
        }
    }

    @Test
    void sequencesOfMessagesNeverFallAndAreNeverBehindWhatIsInThem() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("mitm_detail", "connections", "logs")) {
            for (int i = 0; i < 50; i++) {
                gateway.ledger.exchanged(TestExchanges.failed("http://h.example/" + i));
                gateway.logs.publish("INFO", 0, "line " + i, 0);
            }
            await().until(() -> ids(dashboard).size() == 50);

            long before = 0;
            for (JsonNode message : dashboard.messages) {
                long sequence = message.path("seq").longValue();
                assertThat(sequence).isGreaterThanOrEqualTo(before);
                before = sequence;
                for (JsonNode each : message.path("data")) {
                    assertThat(each.path("id").longValue(0)).isLessThanOrEqualTo(sequence); // 0 in other topics
                }
            }
        }
    }

    @Test
    void whileNothingIsExchangedNoSnapshotIsTaken() {
        try (TestGateway idle = TestGateway.start(limits -> {
                    limits.trafficTick = Duration.ofHours(1); // one snapshot, at the start
                    return limits;
                });
                Dashboard dashboard = idle.dashboard().subscribe("mitm_detail")) {
            await().until(() -> idle.ledger.requests.get() == 2);
            await().during(Duration.ofMillis(300)).until(() -> idle.ledger.requests.get() == 2);

            assertThat(dashboard.messages).isEmpty();
        }
    }

    @Test
    void whoReadsTooSlowlyIsToldWhatPassedByAndHoldsNobodyUp() throws Exception {
        try (SilentClient slow = SilentClient.open(gateway);
                Dashboard other = gateway.dashboard().subscribe("mitm_detail")) {
            slow.say("{\"action\":\"subscribe\",\"topics\":[\"mitm_detail\"]}");
            while (gateway.gateway.pendingBytes() < 1 << 20) {
                exchangeAndSee(other);
            }
            for (int i = 0; i < 5; i++) {
                exchangeAndSee(other);
            }

            assertThat(gateway.gateway.pendingBytes()).isLessThan(3L << 20);
            Thread reader = new Thread(() -> {
                try {
                    slow.readUntil("\"skipped\":");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            reader.start();
            while (reader.isAlive()) { // messages go on coming, or none would tell
                gateway.ledger.exchanged(TestExchanges.failed("http://h.example/last"));
                reader.join(20);
            }
        }
    }

    /** Exchanges some, and waits until a client that reads has them. */
    private void exchangeAndSee(Dashboard other) {
        long last = 0;
        for (int i = 0; i < 50; i++) {
            last = gateway.ledger.exchanged(TestExchanges.large("http://h.example/" + i));
        }
        long seen = last;
        other.any(TYPE, message -> idsOf(message).contains(seen));
    }

    @Test
    void textsAreCutToALengthThatADashboardCanShow() {
        try (Dashboard dashboard = gateway.dashboard().subscribe("mitm_detail")) {
            gateway.ledger.exchanged(TestExchanges.failed("http://h.example/" + "x".repeat(5_000)));

            JsonNode request =
                    dashboard.any(TYPE, any -> true).path("data").path(0).path("request");

            assertThat(request.path("url").stringValue()).hasSize(2_048).endsWith("x…");
        }
    }

    @Test
    void aPageHasWhatCameAfterAndSaysWhetherThereIsMore() throws IOException {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(gateway.ledger.exchanged(TestExchanges.failed("http://h.example/" + i)));
        }

        JsonNode page = page("after=" + ids.get(0) + "&limit=2");
        JsonNode rest = page("after=" + ids.get(2));
        JsonNode last = page("limit=1");

        assertThat(page.propertyNames()).containsExactly("seq", "missed", "more", "data");
        assertThat(idsOf(page)).containsExactly(ids.get(1), ids.get(2));
        assertThat(page.path("more").booleanValue()).isTrue();
        assertThat(page.path("missed").longValue()).isZero();
        assertThat(idsOf(rest)).containsExactly(ids.get(3), ids.get(4));
        assertThat(rest.path("more").booleanValue()).isFalse();
        assertThat(idsOf(last)).containsExactly(ids.get(4));
        assertThat(idsOf(page("after=" + ids.get(4)))).isEmpty();
    }

    @Test
    void aPageSaysHowManyWereMissed() throws IOException {
        for (int i = 0; i < 2_003; i++) {
            gateway.ledger.exchanged(TestExchanges.failed("http://h.example/" + i));
        }

        assertThat(page("after=0&limit=1").path("missed").longValue()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"after=x", "after=-1", "limit=0", "limit=-2", "after=1&after=2", "limit=99999999999999999"})
    void aPageOfNonsenseIsRefused(String query) throws IOException {
        assertThat(gateway.get("/api/exchanges?token=" + gateway.token.value() + "&" + query))
                .startsWith("HTTP/1.1 400 ");
    }

    @Test
    void nobodySeesExchangesWithoutTheToken() throws IOException {
        assertThat(gateway.get("/api/exchanges")).startsWith("HTTP/1.1 401 ");
    }

    private JsonNode page(String query) throws IOException {
        String answer = gateway.get("/api/exchanges?token=" + gateway.token.value() + "&" + query);
        return MAPPER.readTree(answer.substring(answer.indexOf("\r\n\r\n")));
    }

    private static List<Long> ids(Dashboard dashboard) {
        List<Long> ids = new ArrayList<>();
        for (JsonNode message : dashboard.messages) {
            if (message.path("type").stringValue("").equals(TYPE)) {
                ids.addAll(idsOf(message));
            }
        }
        return ids;
    }

    private static List<Long> idsOf(JsonNode message) {
        List<Long> ids = new ArrayList<>();
        message.path("data").forEach(each -> ids.add(each.path("id").longValue()));
        return ids;
    }
}
