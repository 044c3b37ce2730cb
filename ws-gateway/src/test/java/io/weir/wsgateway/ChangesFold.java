package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a client of the topic {@code changes} makes of its messages, as the protocol says it has to, and with it asserts that no
 * message asks for anything that cannot be. One thread.
 */
final class ChangesFold {
    private static final JsonMapper MAPPER = new JsonMapper();

    /** By id, each row as if it had come in whole. Rows are replaced, never changed. */
    final Map<Long, JsonNode> rows;

    /** Up to here everything is known; 0 for nothing. */
    long position;

    /** The sequence of the last reset. */
    long base;

    String node = "";
    private String stepNode = "";
    int resets;
    int parts;

    private boolean isInStep;

    ChangesFold() {
        this.rows = new HashMap<>();
    }

    private ChangesFold(ChangesFold other) {
        this.rows = new HashMap<>(other.rows);
        this.position = other.position;
        this.base = other.base;
        this.node = other.node;
        this.resets = other.resets;
        this.parts = other.parts;
    }

    ChangesFold copy() {
        return new ChangesFold(this);
    }

    /** What to subscribe with. */
    String subscription() {
        return position == 0
                ? "{\"action\":\"subscribe\",\"topics\":[\"changes\"]}"
                : "{\"action\":\"subscribe\",\"topics\":[\"changes\"],\"from\":" + position + ",\"node\":\"" + node
                        + "\"}";
    }

    /** The connection was lost. */
    void cut() {
        isInStep = false;
    }

    void apply(String text) {
        JsonNode message = MAPPER.readTree(text);
        assertThat(message.path("type").stringValue()).isEqualTo("changes");
        if (message.has("reset")) {
            assertThat(isInStep).isFalse();
            assertThat(message.path("why").stringValue()).isEqualTo("new");
            assertThat(position).as("only who knows nothing is told everything").isZero();
            resets++;
            rows.clear();
            base = message.path("seq").longValue();
        }
        if (!isInStep) {
            stepNode = message.path("node").stringValue();
        }
        assertThat(message.path("from").longValue()).isEqualTo(position);
        assertThat(message.path("node").stringValue()).isEqualTo(stepNode);
        for (JsonNode row : message.path("data")) {
            apply(row);
        }
        isInStep = message.has("more");
        if (isInStep) {
            parts++;
        } else {
            position = message.path("seq").longValue();
            node = stepNode;
        }
    }

    private void apply(JsonNode row) {
        long id = row.path("id").longValue();
        JsonNode before = rows.get(id);
        if (before != null && before.path("status").stringValue().equals("Closed")) {
            assertThat(row).as("a closed row never changes again").isEqualTo(before);
        } else if (row.has("status")) {
            rows.put(id, row);
        } else {
            ObjectNode merged =
                    ((ObjectNode) Objects.requireNonNull(before, "the facts of a row are known")).deepCopy();
            row.properties().forEach(figure -> merged.set(figure.getKey(), figure.getValue()));
            rows.put(id, merged);
        }
    }
}
