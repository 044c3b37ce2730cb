package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.replay.ReplayState;
import io.weir.eventbus.Tally;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The topic {@code traffic}: rates since the message before, and the totals of all time. Event loop of the gateway.
 *
 * <p>A snapshot is read each second, also while nobody looks: who subscribes gets the last minutes at once.
 */
final class TrafficTopic {
    private static final int EXPECTED_BYTES = 512;

    private final Clients clients;
    private final Ledger ledger;
    private final Supplier<NodeStatus> node;
    private final Ticker ticker;
    private final SnapshotReader ticks;
    private final SnapshotReader welcomes;
    private final TrafficHistory history;
    private final long leastNanos;
    private final Set<Client> welcomed = new HashSet<>();
    private @Nullable Reading previous;
    private @Nullable TrafficRates rates;
    private long generation;

    TrafficTopic(EventLoop loop, Clients clients, Ledger ledger, Supplier<NodeStatus> node, GatewayLimits limits) {
        this.clients = clients;
        this.ledger = ledger;
        this.node = node;
        this.ticks = new SnapshotReader(loop, ledger, this::ticked);
        this.welcomes = new SnapshotReader(loop, ledger, this::welcome);
        this.ticker = new Ticker(loop, limits.trafficPeriod(), ticks::read);
        this.history = new TrafficHistory(limits.trafficPeriod());
        this.leastNanos = limits.trafficPeriod().toNanos() / 2;
    }

    /** Begins to keep the history. The first reading is what the first rates are measured from. */
    void start() {
        ticker.want(true);
        ticks.read();
    }

    /** Follows what is subscribed to. Who is new is sent something at once. */
    void subscriptionsChanged() {
        List<Client> wanting = wanting();
        welcomed.retainAll(wanting);
        if (welcomed.size() < wanting.size()) {
            welcomes.readIfIdle();
        }
    }

    private List<Client> wanting() {
        return clients.all().stream()
                .filter(client -> client.wants(Topic.TRAFFIC))
                .toList();
    }

    private void ticked(Reading now) {
        forgetWhatIsOfAnotherRun(now);
        Reading before = previous;
        boolean isSoon = before != null && now.atNanos() - before.atNanos() < leastNanos;
        if (isSoon && ledger.isReplay()) {
            send(now, rates == null ? TrafficRates.none(now.snapshot()) : rates); // its time stands still, or is slow
        } else if (!isSoon) {
            measure(before, now);
        }
    }

    private void measure(@Nullable Reading before, Reading now) {
        previous = now;
        history.add(now);
        if (before != null) {
            TrafficRates measured = TrafficRates.between(before, now);
            rates = measured;
            send(now, measured);
        }
        welcome(now); // in case that the ledger does not answer who is new
    }

    private void send(Reading now, TrafficRates measured) {
        clients.send(Topic.TRAFFIC, welcomed::contains, allocator -> message(allocator, now, measured, false));
    }

    /** A replay was sent elsewhere, or the clock of the past was set back: what was measured before is of another time. */
    private void forgetWhatIsOfAnotherRun(Reading now) {
        Reading before = previous;
        boolean isSetBack = ledger.isReplay() && before != null && now.atNanos() < before.atNanos();
        if (isSetBack || now.snapshot().generation() != generation) {
            generation = now.snapshot().generation();
            previous = null;
            rates = null;
            history.clear();
        }
    }

    private void welcome(Reading now) {
        TrafficRates measured = rates;
        for (Client client : wanting()) {
            if (!welcomed.contains(client) && client.isReady()) {
                welcomed.add(client);
                client.send(
                        Topic.TRAFFIC,
                        message(
                                client.allocator(),
                                now,
                                measured == null ? TrafficRates.none(now.snapshot()) : measured,
                                true));
            }
        }
    }

    private ByteBuf message(ByteBufAllocator allocator, Reading now, TrafficRates measured, boolean isFirst) {
        return Json.object(allocator, EXPECTED_BYTES, json -> {
            json.writeStringProperty("type", "traffic");
            json.writeNumberProperty("seq", now.snapshot().sequence());
            json.writeObjectPropertyStart("data");
            writeRates(json, measured);
            writeTotals(json, now.snapshot());
            writeTrust(json, now);
            writeReplay(json);
            json.writeEndObject();
            if (isFirst || ledger.isReplay()) { // of a replay, more seconds may have passed than messages
                history.write(json);
            }
        });
    }

    private void writeReplay(JsonGenerator json) {
        ReplayState state = ledger.replayState();
        if (state != null) {
            json.writeObjectPropertyStart("replay");
            ReplayApi.write(json, state);
            json.writeEndObject();
        }
    }

    private static void writeRates(JsonGenerator json, TrafficRates measured) {
        json.writeNumberProperty("up", measured.up());
        json.writeNumberProperty("down", measured.down());
        json.writeNumberProperty("overheadUp", measured.overheadUp());
        json.writeNumberProperty("overheadDown", measured.overheadDown());
        json.writeNumberProperty("opened", measured.opened());
        json.writeNumberProperty("closed", measured.closed());
    }

    private void writeTotals(JsonGenerator json, Snapshot snapshot) {
        Tally totals = snapshot.totals();
        json.writeNumberProperty("totalUp", totals.up());
        json.writeNumberProperty("totalDown", totals.down());
        json.writeNumberProperty("totalOverheadUp", totals.overheadUp());
        json.writeNumberProperty("totalOverheadDown", totals.overheadDown());
        json.writeNumberProperty("sessions", snapshot.sessionsOpened());
        json.writeNumberProperty("open", snapshot.openCount());
        json.writeNumberProperty("refused", snapshot.refused());
        long since = node.get().countingSinceMillis();
        if (since > 0) {
            json.writeStringProperty("since", Json.time(since));
        }
    }

    private void writeTrust(JsonGenerator json, Reading now) {
        LedgerHealth health = ledger.health();
        json.writeNumberProperty("syncedSequence", health.syncedSequence());
        if (health.sealedSequence() > 0) {
            json.writeNumberProperty("sealedSequence", health.sealedSequence());
        }
        if (health.syncedAtMillis() > 0) {
            json.writeStringProperty("syncedTime", Json.time(health.syncedAtMillis()));
        }
        json.writeNumberProperty("violations", health.violations());
        if (health.violations() == 0) {
            json.writeNumberProperty("unaccounted", 0); // what a violation amounts to is in the journal only
        }
        HealthReport.writeJournal(json, health);
        HealthReport.writeOverload(json, node.get());
        if (now.stale()) {
            json.writeBooleanProperty("stale", true);
        }
    }
}
