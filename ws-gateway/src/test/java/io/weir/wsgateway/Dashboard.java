package io.weir.wsgateway;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the gateway that keeps every message it got. */
final class Dashboard implements WebSocket.Listener, AutoCloseable {
    private static final JsonMapper MAPPER = new JsonMapper();

    final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    volatile int closeCode;

    private final StringBuilder partial = new StringBuilder();
    private @Nullable WebSocket socket;

    static Dashboard open(int port, String token) {
        Dashboard dashboard = new Dashboard();
        dashboard.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/start?token=" + token), dashboard)
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
        return dashboard;
    }

    WebSocket socket() {
        WebSocket opened = socket;
        if (opened == null) {
            throw new IllegalStateException("not open");
        }
        return opened;
    }

    Dashboard say(String text) {
        socket().sendText(text, true).join();
        return this;
    }

    Dashboard subscribe(String... topics) {
        return say("{\"action\":\"subscribe\",\"topics\":[\"" + String.join("\",\"", topics) + "\"]}");
    }

    /** The next message, from now on, of that type which is as wanted. */
    JsonNode next(String type, Predicate<JsonNode> wanted) {
        return after(messages.size(), type, wanted);
    }

    /** The first message of that type which is as wanted, after so many of all: what was counted before it was asked for. */
    JsonNode after(int seen, String type, Predicate<JsonNode> wanted) {
        return await().atMost(Duration.ofSeconds(20))
                .until(() -> find(seen, type, wanted), node -> !node.isMissingNode());
    }

    /** Any message so far, or to come, of that type which is as wanted. */
    JsonNode any(String type, Predicate<JsonNode> wanted) {
        return await().atMost(Duration.ofSeconds(20)).until(() -> find(0, type, wanted), node -> !node.isMissingNode());
    }

    private JsonNode find(int from, String type, Predicate<JsonNode> wanted) {
        List<JsonNode> all = new ArrayList<>(messages);
        return all.subList(from, all.size()).stream()
                .filter(message -> message.path("type").stringValue("").equals(type))
                .filter(wanted)
                .findFirst()
                .orElse(MAPPER.missingNode());
    }

    /** The row of that id in a {@code connections} message; a missing node if there is none. */
    static JsonNode row(JsonNode message, long id) {
        for (JsonNode row : message.path("data")) {
            if (row.path("id").longValue() == id) {
                return row;
            }
        }
        return MAPPER.missingNode();
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            messages.add(MAPPER.readTree(partial.toString()));
            partial.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closeCode = code;
        return null;
    }

    @Override
    public void close() {
        socket().abort();
    }
}
