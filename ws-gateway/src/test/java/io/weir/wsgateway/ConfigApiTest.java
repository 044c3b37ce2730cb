package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Who may see and replace the configuration, and what is said to whom. */
class ConfigApiTest {
    /** A configuration that knows nothing of keys. */
    private static final class FakeConfig implements ConfigControl {
        private final List<String> documents = new ArrayList<>();
        private Outcome next = new Stale();

        @Override
        public State state() {
            return new State(
                    3,
                    "ab",
                    "/etc/weir.yaml",
                    "\"tag-3\"",
                    List.of("a.b"),
                    Map.of("a", Map.of("b", 1L, "c", List.of("x"), "d", true)));
        }

        @Override
        public Outcome replace(byte[] document, Predicate<String> ifMatch, String by) {
            if (!ifMatch.test("\"tag-3\"")) {
                return new Stale();
            }
            documents.add(new String(document, StandardCharsets.UTF_8) + " by " + by.replaceAll(":\\d+$", ""));
            return next;
        }
    }

    private final FakeConfig config = new FakeConfig();
    private TestGateway gateway;

    @BeforeEach
    void start() {
        gateway = TestGateway.with(config);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private HttpResponse<String> send(String method, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + "/api/config"))
                .header("Authorization", "Bearer " + gateway.token.value())
                .method(
                        method,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> put(String body, String... headers) throws Exception {
        String[] all = new String[headers.length + 2];
        all[0] = "Content-Type";
        all[1] = "application/yaml";
        System.arraycopy(headers, 0, all, 2, headers.length);
        return send("PUT", body, all);
    }

    @Test
    void itIsShownWithItsTag() throws Exception {
        HttpResponse<String> answer = send("GET", "");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("etag")).contains("\"tag-3\"");
        JsonNode json = new JsonMapper().readTree(answer.body());
        assertThat(json.path("version").intValue()).isEqualTo(3);
        assertThat(json.path("pending").get(0).stringValue()).isEqualTo("a.b");
        assertThat(json.path("config").path("a").path("b").intValue()).isEqualTo(1);
        assertThat(json.path("config").path("a").path("d").booleanValue()).isTrue();
    }

    @Test
    void whoKnowsItMayReplaceIt() throws Exception {
        config.next = new ConfigControl.Accepted(config.state());

        assertThat(put("a: {b: 2}", "If-Match", "\"tag-3\"").statusCode()).isEqualTo(200);
        assertThat(put("{}", "If-Match", "\"x\", \"tag-3\"", "Content-Type", "application/json; charset=utf-8")
                        .statusCode())
                .isEqualTo(200);
        assertThat(put("x", "If-Match", "*").statusCode()).isEqualTo(200);

        assertThat(config.documents)
                .containsExactly(
                        "a: {b: 2} by gateway client 127.0.0.1",
                        "{} by gateway client 127.0.0.1",
                        "x by gateway client 127.0.0.1");
    }

    @Test
    void whoDoesNotIsTurnedAway() throws Exception {
        assertThat(put("a: 1").statusCode()).isEqualTo(428);
        assertThat(put("a: 1", "If-Match", "\"tag-2\"").statusCode()).isEqualTo(412);
        assertThat(put("a: 1", "If-Match", "W/\"tag-3\"").statusCode()).isEqualTo(412);
        assertThat(config.documents).isEmpty();
    }

    @Test
    void faultsAreTold() throws Exception {
        config.next = new ConfigControl.Refused(List.of(
                new ConfigControl.WrongKey("a.b", 3, 5, "<x>", "no"),
                new ConfigControl.WrongKey("", 0, 0, "", "whole")));

        HttpResponse<String> answer = put("a: 1", "If-Match", "*");

        assertThat(answer.statusCode()).isEqualTo(422);
        JsonNode faults = new JsonMapper().readTree(answer.body()).path("faults");
        assertThat(faults.get(0).toString())
                .isEqualTo("{\"key\":\"a.b\",\"line\":3,\"column\":5,\"found\":\"<x>\",\"problem\":\"no\"}");
        assertThat(faults.get(1).has("line")).isFalse();

        config.next = new ConfigControl.Failed("the disk is full");
        assertThat(put("a: 1", "If-Match", "*").statusCode()).isEqualTo(503);
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Type, text/plain, 415",
        "Content-Type, application/x-www-form-urlencoded, 415",
        "Authorization, Bearer wrong, 401",
        "Origin, http://evil.example, 403",
        "Sec-Fetch-Site, cross-site, 403"
    })
    void aForeignPageOrAStrangerIsNotHeard(String header, String value, int status) throws Exception {
        assertThat(put("a: 1", "If-Match", "*", header, value).statusCode()).isEqualTo(status);
        assertThat(config.documents).isEmpty();
    }

    @Test
    void theBodyIsBounded() throws Exception {
        config.next = new ConfigControl.Accepted(config.state());

        assertThat(put("#".repeat(200 << 10), "If-Match", "*").statusCode()).isEqualTo(200);
        assertThat(gateway.raw("PUT /api/config HTTP/1.1\r\nHost: 127.0.0.1:" + gateway.port()
                        + "\r\nAuthorization: Bearer " + gateway.token.value()
                        + "\r\nIf-Match: *\r\nContent-Type: application/yaml\r\nContent-Length: 300000\r\n\r\n"))
                .startsWith("HTTP/1.1 413 ");
        assertThat(config.documents).hasSize(1);
    }

    @Test
    void otherMethodsAreNotAllowed() throws Exception {
        assertThat(send("DELETE", "").statusCode()).isEqualTo(405);
        assertThat(send("POST", "a: 1", "Content-Type", "application/yaml").statusCode())
                .isEqualTo(405);
    }

    @Test
    void itIsDescribed() throws Exception {
        JsonNode paths = new JsonMapper()
                .readTree(Files.readString(Path.of("src/main/resources/io/weir/wsgateway/openapi.json")))
                .path("paths")
                .path("/api/config");

        assertThat(paths.path("put").path("responses").propertyNames())
                .contains("200", "400", "401", "403", "411", "412", "413", "415", "422", "428", "503");
    }
}
