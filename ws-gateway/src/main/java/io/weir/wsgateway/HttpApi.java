package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.Tally;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** Answers requests for what the node is, how it does and what it counted in all. Event loop of the gateway. */
final class HttpApi {
    private final GatewayConfig config;
    private final Ledger ledger;
    private final FreshSnapshots snapshots;
    private final Supplier<NodeStatus> node;
    private final ByteBuf description = Unpooled.unreleasableBuffer(
            Unpooled.wrappedBuffer(Assets.text("openapi.json").getBytes(StandardCharsets.UTF_8)));

    HttpApi(GatewayConfig config, Ledger ledger, FreshSnapshots snapshots, Supplier<NodeStatus> node) {
        this.config = config;
        this.ledger = ledger;
        this.snapshots = snapshots;
        this.node = node;
    }

    /** Whether the node is well: 200 if it is, 503 if its journal is not. */
    void sendHealth(Channel channel) {
        HealthReport report = new HealthReport(node.get(), ledger.health(), Addresses.text(channel.localAddress()));
        send(channel, report.isOk() ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, report::write);
    }

    /** Whether to send clients to this node: 200 if it listens and records, else 503 with the reason. */
    void sendReadiness(Channel channel) {
        String reason = ledger.isReplay() ? "" : HealthReport.unreadiness(node.get(), ledger.health());
        if (reason.isEmpty()) {
            send(channel, HttpResponseStatus.OK, json -> json.writeStringProperty("status", "ready"));
        } else {
            send(channel, HttpResponseStatus.SERVICE_UNAVAILABLE, json -> {
                json.writeStringProperty("status", "not ready");
                json.writeStringProperty("error", reason);
            });
        }
    }

    /** What runs here. */
    void sendBuild(Channel channel) {
        NodeStatus status = node.get();
        LedgerHealth health = ledger.health();
        send(channel, HttpResponseStatus.OK, json -> {
            json.writeStringProperty("version", status.version());
            json.writeStringProperty("mode", ledger.isReplay() ? "replay" : "live");
            json.writeStringProperty("java", Runtime.version().toString());
            json.writeStringProperty("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
            json.writeStringProperty("nodeId", health.nodeId());
            json.writeNumberProperty("boot", health.boot());
            json.writeStringProperty("startedAt", Json.time(status.startedAtMillis()));
            json.writeArrayPropertyStart("listen");
            status.listen().forEach(json::writeString);
            json.writeEndArray();
            json.writeStringProperty("gateway", Addresses.text(channel.localAddress()));
            json.writeBooleanProperty("intercepting", config.certificate() != null);
            json.writeBooleanProperty("capturing", config.bodies() != null);
        });
    }

    /** What this API is, for programs. */
    void sendDescription(Channel channel) {
        Replies.send(channel, HttpResponseStatus.OK, Replies.JSON, description.duplicate());
    }

    /** The totals of all time. */
    void sendTotals(Channel channel) {
        snapshots.with(channel, snapshot -> send(channel, HttpResponseStatus.OK, json -> writeTotals(json, snapshot)));
    }

    private void writeTotals(JsonGenerator json, Snapshot snapshot) {
        Tally totals = snapshot.totals();
        json.writeNumberProperty("seq", snapshot.sequence());
        json.writeStringProperty("time", Json.time(snapshot.atMillis()));
        long since = node.get().countingSinceMillis();
        if (since > 0) {
            json.writeStringProperty("since", Json.time(since));
        }
        json.writeObjectPropertyStart("totals");
        json.writeNumberProperty("up", totals.up());
        json.writeNumberProperty("down", totals.down());
        json.writeNumberProperty("overheadUp", totals.overheadUp());
        json.writeNumberProperty("overheadDown", totals.overheadDown());
        json.writeNumberProperty("originUp", totals.originUp());
        json.writeNumberProperty("originDown", totals.originDown());
        json.writeEndObject();
        json.writeNumberProperty("sessions", snapshot.sessionsOpened());
        json.writeNumberProperty("open", snapshot.openCount());
        json.writeNumberProperty("violations", snapshot.violations());
    }

    private static void send(Channel channel, HttpResponseStatus status, Json.Fields fields) {
        Replies.send(channel, Answer.of(channel.alloc(), status, fields));
    }
}
