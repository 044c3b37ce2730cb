package io.weir.wsgateway;

import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerHealth;
import io.weir.eventbus.OverloadStep;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** What {@code GET /healthz} answers: whether this node counts and records, and nothing of what it carries. */
final class HealthReport {
    private final NodeStatus node;
    private final LedgerHealth health;
    private final String gateway;

    HealthReport(NodeStatus node, LedgerHealth health, String gateway) {
        this.node = node;
        this.health = health;
        this.gateway = gateway;
    }

    /** Why no client should be sent to the node; empty if they may. */
    static String unreadiness(NodeStatus node, LedgerHealth health) {
        if (node.isStopping()) {
            return "the node stops";
        }
        if (node.listen().isEmpty()) {
            return "the proxy does not listen yet";
        }
        if (health.state() != JournalState.OK) {
            return "the journal is " + name(health) + (health.reason().isEmpty() ? "" : ": " + health.reason());
        }
        return node.overload().isAtLeast(OverloadStep.REFUSING) ? "overloaded: " + node.overloadCause() : "";
    }

    boolean isOk() {
        return health.state() == JournalState.OK;
    }

    void write(JsonGenerator json) {
        json.writeStringProperty("status", name(health));
        json.writeStringProperty("version", node.version());
        json.writeArrayPropertyStart("listen");
        node.listen().forEach(json::writeString);
        json.writeEndArray();
        json.writeStringProperty("gateway", gateway);
        if (node.configVersion() > 0) {
            json.writeNumberProperty("configVersion", node.configVersion());
        }
        json.writeNumberProperty("sequence", health.sequence());
        json.writeNumberProperty("syncedSequence", health.syncedSequence());
        json.writeNumberProperty("violations", health.violations());
        json.writeNumberProperty("merges", health.merges());
        json.writeNumberProperty("waits", health.waits());
        writeJournal(json, health);
        writeOverload(json, node);
    }

    /** What is short and how far the node goes to spare it; nothing if nothing is. */
    static void writeOverload(JsonGenerator json, NodeStatus node) {
        if (node.overload() != OverloadStep.NORMAL) {
            json.writeStringProperty("overload", node.overload().name().toLowerCase(Locale.ROOT));
            json.writeStringProperty("overloadCause", node.overloadCause());
        }
    }

    /** The journal's state, with the reason if it is not well. */
    static void writeJournal(JsonGenerator json, LedgerHealth health) {
        json.writeStringProperty("journal", name(health));
        if (!health.reason().isEmpty()) {
            json.writeStringProperty("reason", health.reason());
        }
    }

    private static String name(LedgerHealth health) {
        return health.state().name().toLowerCase(Locale.ROOT);
    }
}
