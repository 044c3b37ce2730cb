package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpMethod;
import io.weir.aggregator.JournalState;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionMeter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The description of the API is true: its paths are those that there are, and answers have the keys and types that it says. */
class OpenApiTest {
    private static final JsonNode API = new JsonMapper().readTree(Assets.text("openapi.json"));

    @TempDir
    Path folder;

    @Test
    void itsPathsAreThoseThatThereAre() {
        List<String> routes =
                Arrays.stream(Endpoint.values()).map(Endpoint::path).toList();

        TreeSet<String> described = new TreeSet<>();
        API.path("paths").propertyNames().forEach(described::add);
        assertThat(described).containsAll(routes);
        described.removeAll(routes);
        assertThat(described).isSubsetOf("/metrics");
        for (Endpoint endpoint : Endpoint.values()) {
            List<String> methods = new ArrayList<>();
            if (!endpoint.isCommand()) {
                methods.add("get");
            }
            if (endpoint.isCommandBy(HttpMethod.POST)) {
                methods.add("post");
            }
            if (endpoint.isCommandBy(HttpMethod.PUT)) {
                methods.add("put");
            }
            assertThat(API.path("paths").path(endpoint.path()).propertyNames()).containsExactlyElementsOf(methods);
        }
    }

    @Test
    void everyReferenceInItLeadsSomewhere() {
        resolveAll(API);
    }

    private static void resolveAll(JsonNode node) {
        if (node.has("$ref")) {
            assertThat(resolved(node).isObject()).as(node.toString()).isTrue();
        }
        node.forEach(OpenApiTest::resolveAll);
    }

    @Test
    void answersAreAsItSays() throws Exception {
        try (JournaledGateway gateway = new JournaledGateway(folder)) {
            SessionMeter tunnel = gateway.open(0, SessionProtocol.HTTPS_MITM, "a.example:443", "192.0.2.1:1", "ann");
            tunnel.originConnected("198.51.100.1:443");
            SessionMeter child =
                    gateway.open(tunnel.id(), SessionProtocol.HTTPS_MITM, "a.example:443", "192.0.2.1:1", "ann");
            child.up(100);
            child.exchangeCompleted(TestExchanges.full());
            child.close(CloseReason.COMPLETED, 200);
            gateway.settle();
            ApiClient client = gateway.client();
            String id = "/api/sessions/" + tunnel.id();

            check("/healthz", "get", client.get("/healthz"), 200);
            check("/readyz", "get", client.get("/readyz"), 200);
            check("/api/build", "get", client.get("/api/build"), 200);
            check("/api/openapi.json", "get", client.get("/api/openapi.json"), 200);
            check("/api/totals", "get", client.get("/api/totals"), 200);
            check("/api/sessions", "get", client.get("/api/sessions?limit=1"), 200);
            check("/api/sessions", "get", client.get("/api/sessions?state=recent"), 200);
            check("/api/sessions", "get", client.get("/api/sessions?state=closed"), 200);
            check("/api/sessions", "get", client.get("/api/sessions?limit=x"), 400);
            check("/api/sessions/{id}", "get", client.get(id), 200);
            check("/api/sessions/{id}", "get", client.get("/api/sessions/" + child.id()), 200);
            check("/api/sessions/{id}", "get", client.get("/api/sessions/999999"), 404);
            check("/api/sessions/{id}/timeline", "get", client.get(id + "/timeline"), 200);
            check("/api/exchanges", "get", client.get("/api/exchanges"), 200);
            check("/api/exchanges", "get", client.get("/api/exchanges?state=history"), 200);
            check("/api/history/state", "get", client.get("/api/history/state?seq=2"), 200);
            check("/api/history/state", "get", client.get("/api/history/state?seq=2&at=1"), 400);
            check("/api/history/state", "get", client.get("/api/history/state?at=1"), 404);
            check("/api/config", "get", client.get("/api/config"), 404);
            check("/api/rules", "get", client.get("/api/rules"), 404);
            check("/api/rules/test", "post", client.post("/api/rules/test", "{}"), 404);
            check("/api/replay", "get", client.get("/api/replay"), 404);
            check("/api/replay", "post", client.post("/api/replay", "{\"action\":\"play\"}"), 404);
            check("/api/bodies/{sha256}", "get", client.get("/api/bodies/" + "0".repeat(64)), 404);
            check("/api/sessions/close", "post", client.close("{\"all\":true}"), 202);
            check("/api/sessions/close", "post", client.close("{}"), 400);
            check("/api/sessions/close", "post", client.get("/api/sessions/close"), 405);
        }
    }

    @Test
    void aReplaysAnswersAreAsItSays() throws Exception {
        ReplayedGateway.record(folder, live -> {});
        try (ReplayedGateway gateway = ReplayedGateway.of(folder)) {
            ApiClient client = gateway.client();

            check("/api/build", "get", client.get("/api/build"), 200);
            check("/readyz", "get", client.get("/readyz"), 200);
            check("/api/replay", "get", client.get("/api/replay"), 200);
            check("/api/replay", "post", client.post("/api/replay", "{\"action\":\"seek\",\"sequence\":1}"), 200);
            check("/api/replay", "post", client.post("/api/replay", "{\"action\":\"speed\",\"speed\":\"max\"}"), 200);
            check("/api/replay", "post", client.post("/api/replay", "{\"action\":\"seek\"}"), 400);
            check("/api/sessions/close", "post", client.close("{\"all\":true}"), 409);
        }
    }

    @Test
    void failuresAreAsItSays() throws Exception {
        try (TestGateway gateway = TestGateway.start()) {
            gateway.ledger.put(FakeLedger.exchange(1, "a.example", Tally.ZERO));
            gateway.ledger.fail(JournalState.FAILED, "disk is gone");
            ApiClient client = ApiClient.of(gateway);
            check("/healthz", "get", client.get("/healthz"), 503);
            check("/readyz", "get", client.get("/readyz"), 503);
            ApiClient stranger = new ApiClient(gateway.port(), "wrong");
            check("/api/totals", "get", stranger.get("/api/totals"), 401);
            check("/api/sessions/close", "post", stranger.close("{\"all\":true}"), 401);
        }
    }

    private static void check(String path, String method, ApiClient.Reply reply, int status) {
        assertThat(reply.status()).as(path + ": " + reply.text()).isEqualTo(status);
        JsonNode response = resolved(
                API.path("paths").path(path).path(method).path("responses").path(Integer.toString(status)));
        JsonNode content = response.path("content").path("application/json");
        assertThat(content.isObject()).as(path + " describes " + status).isTrue();
        assertThat(reply.contentType()).isEqualTo("application/json");
        conforms(reply.json(), content.path("schema"), path);
    }

    private static JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? API.at(node.path("$ref").stringValue().substring(1)) : node;
    }

    /** Keys, types, enums and items, as far as this document uses them. A key that is not described is a fault too. */
    private static void conforms(JsonNode value, JsonNode reference, String where) {
        JsonNode schema = resolved(reference);
        assertThat(types(schema)).as(where).contains(type(value));
        for (JsonNode name : schema.path("required")) {
            assertThat(value.has(name.stringValue())).as(where + " has " + name).isTrue();
        }
        if (schema.has("enum")) {
            assertThat(schema.path("enum")).as(where).contains(value);
        }
        Iterator<Map.Entry<String, JsonNode>> properties = value.properties().iterator();
        while (schema.has("properties") && properties.hasNext()) {
            Map.Entry<String, JsonNode> property = properties.next();
            String name = where + "." + property.getKey();
            assertThat(schema.path("properties").has(property.getKey()))
                    .as(name + " is described")
                    .isTrue();
            conforms(property.getValue(), schema.path("properties").path(property.getKey()), name);
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            conforms(value.get(i), schema.path("items"), where + "[" + i + "]");
        }
    }

    private static List<String> types(JsonNode schema) {
        JsonNode type = schema.path("type");
        return type.isArray() ? type.valueStream().map(JsonNode::stringValue).toList() : List.of(type.stringValue());
    }

    private static String type(JsonNode value) {
        if (value.isObject()) {
            return "object";
        }
        if (value.isArray()) {
            return "array";
        }
        if (value.isNull()) {
            return "null";
        }
        if (value.isBoolean()) {
            return "boolean";
        }
        return value.isIntegralNumber() ? "integer" : value.isNumber() ? "number" : "string";
    }
}
