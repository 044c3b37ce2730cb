package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.aggregator.QuotaPolicy;
import io.weir.aggregator.QuotaPolicy.Quota;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code GET /api/usage}: what users have moved, by page. */
class UsageApiTest {
    @TempDir
    Path folder;

    private static void use(JournaledGateway gateway, String user, long bytes) {
        SessionMeter meter = gateway.open(0, SessionProtocol.HTTP, "a.example", "192.0.2.1:1", user);
        meter.overheadUp(bytes);
    }

    @Test
    void itShowsWhatIsUsedAndWhatIsLeft() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            use(gateway, "anna", 900);
            use(gateway, "bob", 7);
            gateway.settle();
            gateway.quotas(new QuotaPolicy(new Quota(0, 1000), Map.of("bob", new Quota(7, 0))));
            await().until(() ->
                    data(gateway, "").get(0).path("month").path("warned").asBoolean());

            JsonNode data = data(gateway, "");
            assertThat(data).hasSize(2);
            assertThat(data.get(0).toString())
                    .isEqualTo("{\"user\":\"anna\",\"day\":{\"bytes\":900},"
                            + "\"month\":{\"bytes\":900,\"quota\":1000,\"warned\":true,\"exceeded\":false},"
                            + "\"sinceStart\":{\"up\":900,\"down\":0,\"sessions\":1,\"open\":1,\"refused\":0}}");
            assertThat(data.get(1).toString())
                    .isEqualTo("{\"user\":\"bob\",\"day\":{\"bytes\":7,\"quota\":7,\"warned\":true,\"exceeded\":true},"
                            + "\"month\":{\"bytes\":7},"
                            + "\"sinceStart\":{\"up\":7,\"down\":0,\"sessions\":1,\"open\":1,\"refused\":0}}");
        }
    }

    @Test
    void whatWasDoneBeforeTheStartIsInThePeriodsOnly() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            use(gateway, "anna", 900);
            gateway.settle();
        }
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            gateway.settle();

            assertThat(data(gateway, "").get(0).toString())
                    .isEqualTo("{\"user\":\"anna\",\"day\":{\"bytes\":900},\"month\":{\"bytes\":900}}");
            assertThat(metrics(gateway)).doesNotContain("weir_user_");
            use(gateway, "anna", 5);
            gateway.settle();
            assertThat(metrics(gateway))
                    .contains("weir_user_bytes_total{direction=\"up\",user=\"anna\"} 5.0\n")
                    .contains("weir_user_sessions_open{user=\"anna\"} 1.0\n");
        }
    }

    private static String metrics(JournaledGateway gateway) throws Exception {
        return gateway.client().get("/metrics").text();
    }

    @Test
    void aPageGoesOnWhereTheOneBeforeEnded() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            for (int i = 0; i < 25; i++) {
                use(gateway, "user" + (10 + i), 1);
            }
            gateway.settle();
            List<String> names = new ArrayList<>();
            String query = "?limit=10";
            JsonNode page;
            do {
                page = gateway.client().get("/api/usage" + query).json();
                page.path("data").forEach(each -> names.add(each.path("user").stringValue()));
                query = "?limit=10&after=" + page.path("next").asString("");
                assertThat(page.path("total").intValue()).isEqualTo(25);
            } while (page.has("next"));

            assertThat(names).hasSize(25).doesNotHaveDuplicates().isSorted();
        }
    }

    private static JsonNode data(JournaledGateway gateway, String query) throws Exception {
        return gateway.client().get("/api/usage" + query).json().path("data");
    }
}
