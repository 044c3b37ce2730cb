package io.weir.launcher;

import io.weir.aggregator.Aggregator;
import io.weir.eventbus.EventBus;
import io.weir.proxyengine.ProxyEngine;
import io.weir.proxyengine.overload.Gauge;
import io.weir.proxyengine.overload.ProcessGauges;
import io.weir.proxyengine.overload.ReadGauge;
import io.weir.proxyengine.overload.Watched;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The gauges of a whole node: those of the process, and those that engine and ledger together have. */
final class OverloadGauges {
    private static final double NANOS_PER_SECOND = 1e9;

    private OverloadGauges() {}

    static List<Gauge> of(EventBus bus, ProxyEngine engine, Aggregator ledger) {
        List<Gauge> gauges = new ArrayList<>(ProcessGauges.all(engine::isShortOfFiles));
        gauges.add(ring(bus, engine));
        gauges.add(journalLag(ledger));
        gauges.add(disk(ledger));
        return gauges;
    }

    /** One half is the ring, the other what waits for it. */
    private static Gauge ring(EventBus bus, ProxyEngine engine) {
        return new ReadGauge(
                Watched.RING,
                () -> ((double) bus.backlog() / bus.slots() + engine.waitingForLedger()) / 2,
                part -> "ring " + ProcessGauges.percent(part) + " of what may wait for the ledger");
    }

    private static Gauge journalLag(Aggregator ledger) {
        return new ReadGauge(
                Watched.JOURNAL_LAG,
                () -> ledger.lagNanos() / NANOS_PER_SECOND,
                seconds -> String.format(Locale.ROOT, "journal %.1f s behind", seconds));
    }

    private static Gauge disk(Aggregator ledger) {
        long floor = ledger.freeSpaceFloorBytes();
        return new ReadGauge(
                Watched.DISK,
                () -> floor == 0 ? 0 : (double) floor / Math.max(1, ledger.freeBytes()),
                part -> "disk " + ProcessGauges.size((long) (floor / part)) + " free, its floor is "
                        + ProcessGauges.size(floor));
    }
}
