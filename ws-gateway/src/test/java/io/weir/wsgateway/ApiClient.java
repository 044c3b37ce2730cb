package io.weir.wsgateway;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A program that uses the HTTP API of a gateway, with the right token. */
final class ApiClient {
    /** What came back. */
    record Reply(int status, String contentType, String text) {
        JsonNode json() {
            return MAPPER.readTree(text);
        }
    }

    private static final JsonMapper MAPPER = new JsonMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final String token;

    ApiClient(int port, String token) {
        this.base = "http://127.0.0.1:" + port;
        this.token = token;
    }

    static ApiClient of(TestGateway gateway) {
        return new ApiClient(gateway.port(), gateway.token.value());
    }

    /** The same program with another token. */
    ApiClient with(String otherToken) {
        return new ApiClient(URI.create(base).getPort(), otherToken);
    }

    Reply get(String target) throws IOException, InterruptedException {
        return send(request(target).GET());
    }

    /** Posts a command as JSON. */
    Reply close(String body) throws IOException, InterruptedException {
        return post("/api/sessions/close", body);
    }

    Reply post(String target, String body) throws IOException, InterruptedException {
        return send(request(target)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** All rows of a list, page by page; {@code query} begins with {@code ?} and has all but the cursor. */
    List<JsonNode> pages(String query) throws IOException, InterruptedException {
        List<JsonNode> rows = new ArrayList<>();
        String cursor = "";
        while (true) {
            Reply reply = get(query + cursor);
            if (reply.status() != 200) {
                throw new AssertionError(query + cursor + ": " + reply);
            }
            reply.json().path("data").forEach(rows::add);
            if (!reply.json().has("next")) {
                return rows;
            }
            cursor = "&before=" + reply.json().path("next").longValue();
        }
    }

    private HttpRequest.Builder request(String target) {
        return HttpRequest.newBuilder(URI.create(base + target))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + token);
    }

    private Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Reply(
                response.statusCode(),
                response.headers().firstValue("content-type").orElse(""),
                response.body());
    }
}
