package io.weir.proxyengine.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.OverloadStep;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OverloadMonitorTest {
    private record Told(OverloadStep step, String cause) {}

    private volatile double heap;
    private volatile double lag;
    private volatile boolean isBroken;
    private volatile Told told = new Told(OverloadStep.NORMAL, "");
    private final OverloadMonitor monitor = OverloadMonitor.start(
            List.of(
                    new ReadGauge(Watched.HEAP, () -> heap, part -> "heap " + ProcessGauges.percent(part)),
                    new ReadGauge(Watched.JOURNAL_LAG, this::lag, seconds -> "journal " + seconds + " s behind")),
            OverloadLimits.NONE.with(Watched.HEAP, 0.9).with(Watched.JOURNAL_LAG, 10),
            (step, cause) -> told = new Told(step, cause));

    private double lag() {
        if (isBroken) {
            throw new IllegalStateException("no such figure");
        }
        return lag;
    }

    @AfterEach
    void close() {
        monitor.close();
    }

    private void awaitTold(OverloadStep step, String cause) {
        await().atMost(Duration.ofSeconds(30)).until(() -> told.equals(new Told(step, cause)));
    }

    @Test
    void theGaugeThatAsksForMostDecidesAndIsNamed() {
        heap = 0.75;
        awaitTold(OverloadStep.IDLE_SHORTENED, "heap 75 %");
        lag = 12;
        awaitTold(OverloadStep.REFUSING, "journal 12.0 s behind");
        heap = 0.96;
        awaitTold(OverloadStep.ACCEPT_PAUSED, "heap 96 %");
        heap = 0;
        awaitTold(OverloadStep.REFUSING, "journal 12.0 s behind");
        lag = 0;
        awaitTold(OverloadStep.NORMAL, "");
    }

    @Test
    void theFigureThatIsToldIsTheNewest() {
        heap = 0.91;
        awaitTold(OverloadStep.REFUSING, "heap 91 %");
        heap = 0.92;
        awaitTold(OverloadStep.REFUSING, "heap 92 %");
        assertThat(monitor.gauges().get(0).fill()).isEqualTo(0.92);
        assertThat(monitor.gauges().get(1).fill()).isZero();
    }

    @Test
    void aGaugeThatCanNotBeReadKeepsItsStepAndHoldsUpNoOther() {
        lag = 11;
        awaitTold(OverloadStep.REFUSING, "journal 11.0 s behind");
        isBroken = true;
        lag = 0;
        heap = 0.97;
        awaitTold(OverloadStep.ACCEPT_PAUSED, "heap 97 %");
        heap = 0;
        awaitTold(OverloadStep.REFUSING, "journal 11.0 s behind");
        isBroken = false;
        awaitTold(OverloadStep.NORMAL, "");
    }

    @Test
    void otherLimitsHoldFromTheNextLookOn() {
        heap = 0.5;
        lag = 11;
        awaitTold(OverloadStep.REFUSING, "journal 11.0 s behind");
        monitor.limits(OverloadLimits.NONE.with(Watched.HEAP, 0.5));
        awaitTold(OverloadStep.REFUSING, "heap 50 %");
        monitor.limits(OverloadLimits.NONE);
        awaitTold(OverloadStep.NORMAL, "");
        assertThat(monitor.gauges()).allMatch(gauge -> gauge.fill() == 0);
    }
}
