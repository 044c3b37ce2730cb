package io.weir.wsgateway.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.weir.aggregator.ClosedCounts;
import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LoopDelay;
import io.weir.eventbus.SessionProtocol;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * Which metrics there are, and where each is read. Owned by {@link Meters}, under its lock.
 *
 * <p>The registry holds this table weakly and asks it for each value, so all values of a text are of one reading.
 */
final class MeterTable implements AutoCloseable {
    private static final String NONE = "";
    private static final String BYTES = "bytes";
    private static final String SECONDS = "seconds";
    private static final int EXPECTED_BYTES = 16 << 10;
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final JournalDisk disk;
    private final Set<Tags> added = new HashSet<>();
    private Reading now;

    MeterTable(Reading first) {
        now = first;
        disk = new JournalDisk(first.health().journalFolder());
        addTotals();
        addSessions();
        addRing();
        addJournal();
        addGateway();
    }

    /** From now on values are those of this reading. Sessions closed in a new way become a new series. */
    void show(Reading reading) {
        now = reading;
        ClosedCounts counts = reading.snapshot().closedCounts();
        for (SessionProtocol protocol : SessionProtocol.values()) {
            for (CloseReason reason : CloseReason.values()) {
                if (counts.count(protocol, reason) > 0) {
                    addClosed(protocol, reason);
                }
            }
        }
    }

    /** Every metric, as UTF-8. */
    byte[] text() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(EXPECTED_BYTES);
        registry.scrape(out, Meters.CONTENT_TYPE);
        return out.toByteArray();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private void addTotals() {
        String help = "Bytes that crossed the clients' sockets, of all time; up is what was read from clients";
        total(
                "weir.bytes",
                Tags.of("direction", "up", "kind", "payload"),
                help,
                s -> s.totals().up());
        total(
                "weir.bytes",
                Tags.of("direction", "down", "kind", "payload"),
                help,
                s -> s.totals().down());
        total(
                "weir.bytes",
                Tags.of("direction", "up", "kind", "overhead"),
                help,
                s -> s.totals().overheadUp());
        total(
                "weir.bytes",
                Tags.of("direction", "down", "kind", "overhead"),
                help,
                s -> s.totals().overheadDown());
        String origins = "Bytes that crossed the origins' sockets, of all time; up is what was written to origins";
        total(
                "weir.origin.bytes",
                Tags.of("direction", "up"),
                origins,
                s -> s.totals().originUp());
        total(
                "weir.origin.bytes",
                Tags.of("direction", "down"),
                origins,
                s -> s.totals().originDown());
    }

    private void total(String name, Tags tags, String help, ToDoubleFunction<Snapshot> value) {
        counter(name, BYTES, tags, help, reading -> value.applyAsDouble(reading.snapshot()));
    }

    private void addSessions() {
        counter(
                "weir.sessions.opened",
                NONE,
                Tags.empty(),
                "Sessions opened, of all time",
                r -> r.snapshot().sessionsOpened());
        counter(
                "weir.connections.refused",
                NONE,
                Tags.empty(),
                "Connections refused, of all time",
                r -> r.snapshot().refused());
        counter(
                "weir.conservation.violations",
                NONE,
                Tags.empty(),
                "Counts that must agree and did not, of all time; anything above 0 is a fault",
                r -> r.snapshot().violations());
        gauge(
                "weir.sessions.open",
                NONE,
                "Sessions that are open",
                r -> r.snapshot().openCount());
        gauge(
                "weir.snapshot.age",
                SECONDS,
                "How old the figures of the ledger are that this answer shows",
                r -> Math.max(0, System.currentTimeMillis() - r.snapshot().atMillis()) / MILLIS_PER_SECOND);
    }

    private void addClosed(SessionProtocol protocol, CloseReason reason) {
        Tags tags = Tags.of("protocol", protocol.label(), "reason", reason.name());
        if (added.add(tags)) {
            counter(
                    "weir.sessions.closed",
                    NONE,
                    tags,
                    "Sessions closed, of all time",
                    r -> r.snapshot().closedCounts().count(protocol, reason));
        }
    }

    private void addRing() {
        health("weir.ring.slots", NONE, "Slots of the ring between event loops and ledger", LedgerHealth::slots);
        health("weir.ring.backlog", NONE, "Slots of the ring that wait for the ledger", LedgerHealth::backlog);
        counter(
                "weir.ring.merges",
                NONE,
                Tags.empty(),
                "Deltas merged because the ring was full",
                r -> r.health().merges());
        counter(
                "weir.ring.waits",
                NONE,
                Tags.empty(),
                "Times that a session found the ring full",
                r -> r.health().waits());
    }

    private void addJournal() {
        health(
                "weir.journal.up",
                NONE,
                "1 if the journal is being written, 0 if it is not",
                health -> health.state() == JournalState.OK ? 1 : 0);
        health(
                "weir.journal.sequence",
                NONE,
                "Last event in the journal; survives the process",
                LedgerHealth::sequence);
        health(
                "weir.journal.synced.sequence",
                NONE,
                "Last event synced to the disk; survives the machine",
                LedgerHealth::syncedSequence);
        gauge("weir.journal.free", BYTES, "Bytes free on the journal's disk", r -> disk.freeBytes());
        health(
                "weir.recovery",
                SECONDS,
                "How long it took to read the journal at the start",
                health -> health.recoveryMillis() / MILLIS_PER_SECOND);
        health("weir.boot", NONE, "Number of this start", LedgerHealth::boot);
    }

    private void health(String name, String unit, String help, ToDoubleFunction<LedgerHealth> value) {
        gauge(name, unit, help, reading -> value.applyAsDouble(reading.health()));
    }

    private void addGateway() {
        gauge(
                "weir.gateway.dashboards",
                NONE,
                "Dashboards connected",
                r -> r.gateway().dashboards());
        gauge(
                "weir.gateway.pending",
                BYTES,
                "Bytes that wait to be written to dashboards",
                r -> r.gateway().pendingBytes());
        counter(
                "weir.gateway.wrong.tokens",
                NONE,
                Tags.empty(),
                "Requests with a wrong token, since the start",
                r -> r.gateway().wrongTokens());
    }

    /** What does not change while the node runs, and its clients. */
    void addNode(String version, NodeMetrics node) {
        Tags build = Tags.of(
                "version",
                version,
                "java",
                Runtime.version().toString(),
                "node",
                now.health().nodeId());
        gauge("weir.build.info", NONE, build, "Which program this is, and of which node", r -> 1);
        gauge(
                "weir.start.time",
                SECONDS,
                "When the process began, in seconds since the epoch",
                r -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
        gauge("weir.client.connections", NONE, "Clients connected to the proxy", r -> node.connections());
    }

    /** What Micrometer knows of the JVM and the process. */
    void addJvm() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** An event loop's delay, unless it was added before. */
    void addLoop(LoopDelay delay) {
        Tags tags = Tags.of("loop", delay.loop());
        if (added.add(tags)) {
            gauge(
                    "weir.event.loop.delay",
                    SECONDS,
                    tags,
                    "How late a task of the event loop ran, looked at last",
                    r -> delay.lastNanos() / NANOS_PER_SECOND);
            gauge(
                    "weir.event.loop.delay.max",
                    SECONDS,
                    tags,
                    "How late a task of the event loop ran at most in the last one to two minutes",
                    r -> delay.maxNanos() / NANOS_PER_SECOND);
        }
    }

    private void gauge(String name, String unit, String help, ToDoubleFunction<Reading> value) {
        gauge(name, unit, Tags.empty(), help, value);
    }

    private void gauge(String name, String unit, Tags tags, String help, ToDoubleFunction<Reading> value) {
        Gauge.builder(name, this, table -> value.applyAsDouble(table.now))
                .baseUnit(unit.isEmpty() ? null : unit)
                .tags(tags)
                .description(help)
                .register(registry);
    }

    private void counter(String name, String unit, Tags tags, String help, ToDoubleFunction<Reading> value) {
        FunctionCounter.builder(name, this, table -> value.applyAsDouble(table.now))
                .baseUnit(unit.isEmpty() ? null : unit)
                .tags(tags)
                .description(help)
                .register(registry);
    }
}
