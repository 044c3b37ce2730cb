package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the gateway tells of rules and asks of them. */
class RulesApiTest {
    /** Rules that answer with what they were asked. */
    private static final class FakeRules implements RulesControl {
        @Override
        public List<Rule> rules() {
            return List.of(new Rule("ads", "refuse host=.ads.example", 7), new Rule("line 2", "allow", 0));
        }

        @Override
        public List<Verdict> test(Question question) {
            if (question.url().equals("ftp://x")) {
                throw new IllegalArgumentException("'ftp://x' is nothing that a client can ask for");
            }
            return List.of(
                    new Verdict("tunnel", "allowed", "line 2", "allowed", List.of(question.toString())),
                    new Verdict("inside", "refused", "ads", "refused with 403", List.of("ads: yes")));
        }
    }

    private TestGateway gateway;
    private ApiClient client;

    @BeforeEach
    void start() {
        gateway = TestGateway.with(new FakeRules());
        client = ApiClient.of(gateway);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void rulesAreListedInTheirOrderWithTheirHits() throws Exception {
        JsonNode rules =
                new JsonMapper().readTree(client.get("/api/rules").text()).path("rules");

        assertThat(rules.toString())
                .isEqualTo("[{\"name\":\"ads\",\"rule\":\"refuse host=.ads.example\",\"hits\":7},"
                        + "{\"name\":\"line 2\",\"rule\":\"allow\",\"hits\":0}]");
    }

    @Test
    void aQuestionIsPassedOnWholeAndEachVerdictIsTold() throws Exception {
        ApiClient.Reply reply = client.post(
                "/api/rules/test",
                "{\"url\":\"https://a.example/\",\"user\":\"ann\",\"client\":\"10.0.0.1\",\"method\":\"PUT\","
                        + "\"listener\":\"office\",\"address\":\"192.0.2.1\",\"intercepted\":true}");

        JsonNode answer = new JsonMapper().readTree(reply.text());
        assertThat(reply.status()).isEqualTo(200);
        assertThat(answer.path("decision").stringValue()).isEqualTo("refused");
        assertThat(answer.path("rule").stringValue()).isEqualTo("ads");
        assertThat(answer.path("verdicts").get(0).path("explanation").get(0).stringValue())
                .isEqualTo("Question[url=https://a.example/, method=PUT, user=ann, client=10.0.0.1, listener=office,"
                        + " address=192.0.2.1, intercepted=true]");
        assertThat(answer.path("verdicts").get(1).path("asked").stringValue()).isEqualTo("inside");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|'url' is missing",
                "{\"url\":7}|'url' is not a text",
                "{\"url\":\"a:1\",\"uesr\":\"x\"}|a key is none of url",
                "{\"url\":\"a:1\",\"intercepted\":\"yes\"}|'intercepted' is neither true nor false",
                "[]|not a JSON object",
                "{\"url\":\"ftp://x\"}|nothing that a client can ask for"
            })
    void aQuestionThatIsNoneIsRefusedWithTheReason(String body, String why) throws Exception {
        ApiClient.Reply reply = client.post("/api/rules/test", body);

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.text()).contains(why);
    }

    @Test
    void nobodyIsToldWhoHasNoToken() throws Exception {
        ApiClient stranger = new ApiClient(gateway.port(), "wrong");

        assertThat(stranger.get("/api/rules").status()).isEqualTo(401);
        assertThat(stranger.post("/api/rules/test", "{\"url\":\"a:1\"}").status())
                .isEqualTo(401);
        assertThat(client.get("/api/rules/test").status()).isEqualTo(405);
    }

    @Test
    void whatHasNoRulesSaysSo() throws Exception {
        try (TestGateway without = TestGateway.start()) {
            assertThat(ApiClient.of(without).get("/api/rules").status()).isEqualTo(404);
            assertThat(ApiClient.of(without)
                            .post("/api/rules/test", "{\"url\":\"a:1\"}")
                            .status())
                    .isEqualTo(404);
        }
    }
}
