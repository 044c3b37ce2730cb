package io.weir.wsgateway.metrics;

import io.micrometer.core.instrument.Tags;
import io.weir.aggregator.ClosedCounts;
import io.weir.aggregator.JournalState;
import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import java.util.function.ToDoubleFunction;

/** Puts into the table what the ledger knows: its counters are of all time, so they outlive the process. Any thread. */
final class LedgerMeters {
    private static final double MILLIS_PER_SECOND = 1e3;

    private final MeterTable table;

    LedgerMeters(MeterTable table) {
        this.table = table;
    }

    void add() {
        bytes("up", "payload", s -> s.totals().up());
        bytes("down", "payload", s -> s.totals().down());
        bytes("up", "overhead", s -> s.totals().overheadUp());
        bytes("down", "overhead", s -> s.totals().overheadDown());
        originBytes("up", s -> s.totals().originUp());
        originBytes("down", s -> s.totals().originDown());
        addSessions();
        addRing();
        addJournal();
    }

    private void bytes(String direction, String kind, ToDoubleFunction<Snapshot> value) {
        table.counter(
                "weir.bytes",
                Tags.of("direction", direction, "kind", kind),
                "Bytes that crossed the clients' sockets, of all time; up is what was read from clients",
                reading -> value.applyAsDouble(reading.snapshot()));
    }

    private void originBytes(String direction, ToDoubleFunction<Snapshot> value) {
        table.counter(
                "weir.origin.bytes",
                Tags.of("direction", direction),
                "Bytes that crossed the origins' sockets, of all time; up is what was written to origins",
                reading -> value.applyAsDouble(reading.snapshot()));
    }

    private void addSessions() {
        total("weir.sessions.opened", "Sessions opened, of all time", Snapshot::sessionsOpened);
        total("weir.connections.refused", "Requests that were not carried, of all time", Snapshot::refused);
        total(
                "weir.conservation.violations",
                "Counts that must agree and did not, of all time; anything above 0 is a fault",
                Snapshot::violations);
        table.gauge(
                "weir.sessions.open",
                "Sessions that are open",
                reading -> reading.snapshot().openCount());
        table.gauge(
                "weir.snapshot.age.seconds",
                "How old the figures of the ledger are that this answer shows",
                reading -> Math.max(
                                0,
                                System.currentTimeMillis() - reading.snapshot().atMillis())
                        / MILLIS_PER_SECOND);
    }

    private void total(String name, String help, ToDoubleFunction<Snapshot> value) {
        table.counter(name, help, reading -> value.applyAsDouble(reading.snapshot()));
    }

    /** Ways of closing that have happened become series. */
    void addClosed(ClosedCounts counts) {
        for (SessionProtocol protocol : SessionProtocol.values()) {
            for (CloseReason reason : CloseReason.values()) {
                if (counts.count(protocol, reason) > 0) {
                    table.counter(
                            "weir.sessions.closed",
                            Tags.of("protocol", protocol.label(), "reason", reason.name()),
                            "Sessions closed, of all time",
                            reading -> reading.snapshot().closedCounts().count(protocol, reason));
                }
            }
        }
    }

    private void addRing() {
        health("weir.ring.slots", "Slots of the ring between event loops and ledger", LedgerHealth::slots);
        health("weir.ring.backlog", "Slots of the ring that wait for the ledger", LedgerHealth::backlog);
        table.counter(
                "weir.ring.merges",
                "Deltas merged because the ring was full",
                reading -> reading.health().merges());
        table.counter(
                "weir.ring.waits",
                "Times that a session found the ring full",
                reading -> reading.health().waits());
    }

    private void addJournal() {
        health(
                "weir.journal.up",
                "1 if the journal is being written, 0 if it is not",
                health -> health.state() == JournalState.OK ? 1 : 0);
        health("weir.journal.sequence", "Last event in the journal; survives the process", LedgerHealth::sequence);
        health(
                "weir.journal.synced.sequence",
                "Last event synced to the disk; survives the machine",
                LedgerHealth::syncedSequence);
        health(
                "weir.journal.last.sync.timestamp.seconds",
                "When the journal was synced last, in seconds since the epoch; nothing is synced while nothing happens",
                health -> health.syncedAtMillis() / MILLIS_PER_SECOND);
        health(
                "weir.recovery.seconds",
                "How long it took to read the journal at the start",
                health -> health.recoveryMillis() / MILLIS_PER_SECOND);
        health("weir.boot", "Number of this start", LedgerHealth::boot);
    }

    private void health(String name, String help, ToDoubleFunction<LedgerHealth> value) {
        table.gauge(name, help, reading -> value.applyAsDouble(reading.health()));
    }
}
