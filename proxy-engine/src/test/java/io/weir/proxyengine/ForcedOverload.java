package io.weir.proxyengine;

import static org.awaitility.Awaitility.await;

import io.weir.eventbus.LedgerEvent.OverloadChanged;
import io.weir.eventbus.OverloadStep;
import io.weir.proxyengine.overload.OverloadLimits;
import io.weir.proxyengine.overload.OverloadMonitor;
import io.weir.proxyengine.overload.ReadGauge;
import io.weir.proxyengine.overload.Watched;
import java.time.Duration;
import java.util.List;

/** A gauge in a test's hands, which a real monitor looks at for a proxy. */
final class ForcedOverload implements AutoCloseable {
    private static final double[] READINGS = {0, 0.72, 0.82, 0.92, 0.97};

    private final TestProxy proxy;
    private final OverloadMonitor monitor;
    private volatile double reading;

    ForcedOverload(TestProxy proxy) {
        this.proxy = proxy;
        monitor = OverloadMonitor.start(
                List.of(new ReadGauge(Watched.HEAP, () -> reading, part -> "test " + (int) (part * 100) + " %")),
                OverloadLimits.NONE.with(Watched.HEAP, 0.9),
                proxy.engine()::overload);
    }

    /** Sets the gauge, and waits for nothing. */
    void set(OverloadStep step) {
        reading = READINGS[step.code()];
    }

    /** Sets the gauge so and waits until the engine goes so far and the ledger has it. */
    void force(OverloadStep step) {
        set(step);
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> proxy.engine().overloadStep() == step && lastInLedger() == step);
    }

    private OverloadStep lastInLedger() {
        OverloadStep last = OverloadStep.NORMAL;
        for (OverloadChanged change : changes(proxy)) {
            last = change.step();
        }
        return last;
    }

    /** The changes that the ledger has, in their order. */
    static List<OverloadChanged> changes(TestProxy proxy) {
        return proxy.ledger().notices().stream()
                .filter(OverloadChanged.class::isInstance)
                .map(OverloadChanged.class::cast)
                .toList();
    }

    @Override
    public void close() {
        monitor.close();
    }
}
