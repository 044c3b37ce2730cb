package io.weir.wsgateway;

import io.netty.channel.EventLoop;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.Tally;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The topic {@code traffic}: rates since the message before, and the totals of all time. Event loop of the gateway.
 *
 * <p>The rates are divided by the time that really passed between the two snapshots, so a late tick shows no peak.
 */
final class TrafficTopic {
    private static final int EXPECTED_BYTES = 512;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Clients clients;
    private final Ledger ledger;
    private final Supplier<NodeStatus> node;
    private final Ticker ticker;
    private final SnapshotReader snapshots;
    private final long leastNanos;
    private @Nullable Reading previous;

    TrafficTopic(EventLoop loop, Clients clients, Ledger ledger, Supplier<NodeStatus> node, GatewayLimits limits) {
        this.clients = clients;
        this.ledger = ledger;
        this.node = node;
        this.snapshots = new SnapshotReader(loop, ledger, this::arrived);
        this.ticker = new Ticker(loop, limits.trafficPeriod(), snapshots::read);
        this.leastNanos = limits.trafficPeriod().toNanos() / 2;
    }

    /** Follows what is subscribed to. The first reading is what the first rates are measured from. */
    void subscriptionsChanged() {
        boolean wanted = clients.anyoneWants(Topic.TRAFFIC);
        if (ticker.want(wanted)) {
            previous = null;
            snapshots.read();
        }
    }

    private void arrived(Reading now) {
        Reading before = previous;
        if (before == null) {
            previous = now;
        } else if (now.atNanos() - before.atNanos() >= leastNanos) {
            previous = now;
            clients.send(
                    Topic.TRAFFIC,
                    allocator -> Json.object(allocator, EXPECTED_BYTES, json -> {
                        json.writeStringProperty("type", "traffic");
                        json.writeNumberProperty("seq", now.snapshot().sequence());
                        json.writeObjectPropertyStart("data");
                        writeRates(json, before, now);
                        writeTotals(json, now.snapshot());
                        writeTrust(json, now);
                        json.writeEndObject();
                    }));
        }
    }

    private static void writeRates(JsonGenerator json, Reading before, Reading now) {
        Tally from = before.snapshot().totals();
        Tally to = now.snapshot().totals();
        double seconds = (now.atNanos() - before.atNanos()) / NANOS_PER_SECOND;
        json.writeNumberProperty("up", Math.round((to.up() - from.up()) / seconds));
        json.writeNumberProperty("down", Math.round((to.down() - from.down()) / seconds));
        json.writeNumberProperty("overheadUp", Math.round((to.overheadUp() - from.overheadUp()) / seconds));
        json.writeNumberProperty("overheadDown", Math.round((to.overheadDown() - from.overheadDown()) / seconds));
    }

    private void writeTotals(JsonGenerator json, Snapshot snapshot) {
        Tally totals = snapshot.totals();
        json.writeNumberProperty("totalUp", totals.up());
        json.writeNumberProperty("totalDown", totals.down());
        json.writeNumberProperty("totalOverheadUp", totals.overheadUp());
        json.writeNumberProperty("totalOverheadDown", totals.overheadDown());
        json.writeNumberProperty("sessions", snapshot.sessionsOpened());
        json.writeNumberProperty("open", snapshot.openCount());
        long since = node.get().countingSinceMillis();
        if (since > 0) {
            json.writeStringProperty("since", Json.time(since));
        }
    }

    private void writeTrust(JsonGenerator json, Reading now) {
        LedgerHealth health = ledger.health();
        json.writeNumberProperty("syncedSequence", health.syncedSequence());
        json.writeNumberProperty("violations", health.violations());
        HealthReport.writeJournal(json, health);
        if (now.stale()) {
            json.writeBooleanProperty("stale", true);
        }
    }
}
