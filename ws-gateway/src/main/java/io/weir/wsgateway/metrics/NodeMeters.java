package io.weir.wsgateway.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.weir.aggregator.LedgerHealth;
import io.weir.eventbus.LoopDelay;
import java.lang.management.ManagementFactory;

/** Puts into the table what node, gateway and JVM know; all of it begins anew with the process. Any thread. */
final class NodeMeters implements AutoCloseable {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final MeterTable table;
    private final JvmGcMetrics collections = new JvmGcMetrics();

    NodeMeters(MeterTable table) {
        this.table = table;
    }

    void add(String version, NodeMetrics node, LedgerHealth health) {
        String java = Runtime.version().toString();
        table.gauge(
                "weir.build.info",
                Tags.of("version", version, "java", java, "node", health.nodeId()),
                "Which program this is, and of which node",
                reading -> 1);
        double startSeconds = ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND;
        table.gauge(
                "weir.start.time.seconds",
                "When the process began, in seconds since the epoch",
                reading -> startSeconds);
        table.gauge("weir.client.connections", "Clients connected to the proxy", reading -> node.connections());
        table.gauge(
                "weir.users.over.quota",
                "Users who have used up a quota of today or this month",
                reading -> node.usersOverQuota());
        table.gauge(
                "weir.journal.free.bytes",
                "Bytes free on the journal's disk, when it was looked at last",
                reading -> reading.health().freeBytes());
        addOverload(node);
        addGateway();
        addJvm(table.registry());
    }

    private void addOverload(NodeMetrics node) {
        table.gauge(
                "weir.overload.step",
                "How far the node goes to spare what is short: 0 normal, 1 idle shortened, 2 keep-alive off, 3 refusing, 4 accept paused",
                reading -> node.overloadStep());
        table.counter(
                "weir.overload.refused",
                "Requests refused because something was short, since the start",
                reading -> node.overloadRefused());
    }

    /** What may run short; void if it was added before. */
    void addFill(OverloadFill fill) {
        table.gauge(
                "weir.overload.gauge",
                Tags.of("gauge", fill.gauge()),
                "How much is used of what may run short, as a part of 1",
                reading -> fill.fill().getAsDouble());
    }

    private void addGateway() {
        table.gauge(
                "weir.gateway.dashboards",
                "Dashboards connected",
                reading -> reading.gateway().dashboards());
        table.gauge(
                "weir.gateway.pending.bytes",
                "Bytes that wait to be written to dashboards",
                reading -> reading.gateway().pendingBytes());
        table.counter(
                "weir.gateway.wrong.tokens",
                "Requests with a wrong token, since the start",
                reading -> reading.gateway().wrongTokens());
    }

    /** An event loop's delay; void if it was added before. */
    void addLoop(LoopDelay delay) {
        Tags tags = Tags.of("loop", delay.loop());
        table.gauge(
                "weir.event.loop.delay.seconds",
                tags,
                "How late a task of the event loop ran, looked at last",
                reading -> delay.lastNanos() / NANOS_PER_SECOND);
        table.gauge(
                "weir.event.loop.delay.max.seconds",
                tags,
                "How late a task of the event loop ran at most in the last one to two minutes",
                reading -> delay.maxNanos() / NANOS_PER_SECOND);
    }

    /** An upstream; void if one of that name was added before. One that is not configured any more shows as down. */
    void addUpstream(String name, NodeMetrics node) {
        Tags tags = Tags.of("upstream", name);
        table.gauge(
                "weir.upstream.up",
                tags,
                "Whether the upstream worked when it was tried last",
                reading -> upstream(node, name).isUp() ? 1 : 0);
        table.gauge(
                "weir.upstream.sessions",
                tags,
                "Sessions that go through the upstream",
                reading -> upstream(node, name).sessions());
        table.gauge(
                "weir.upstream.latency.seconds",
                tags,
                "How long the upstream took lately to be reached",
                reading -> upstream(node, name).latencyMicros() / MICROS_PER_SECOND);
    }

    private static UpstreamFigures upstream(NodeMetrics node, String name) {
        for (UpstreamFigures each : node.upstreams()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        return new UpstreamFigures(name, false, 0, 0);
    }

    private void addJvm(MeterRegistry registry) {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    /** Listens to collections no more. */
    @Override
    public void close() {
        collections.close();
    }
}
