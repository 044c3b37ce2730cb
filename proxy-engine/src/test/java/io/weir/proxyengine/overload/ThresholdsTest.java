package io.weir.proxyengine.overload;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.eventbus.OverloadStep;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdsTest {
    private static final double[] AT = {Double.NEGATIVE_INFINITY, 0.7, 0.8, 0.9, 0.95};
    private static final double BAND = 0.05;

    private final Thresholds heap = Watched.HEAP.thresholds(0.9);

    @ParameterizedTest
    @CsvSource({
        "0.0, NORMAL",
        "0.69, NORMAL",
        "0.71, IDLE_SHORTENED",
        "0.81, KEEP_ALIVE_OFF",
        "0.91, REFUSING",
        "0.96, ACCEPT_PAUSED",
        "7.0, ACCEPT_PAUSED"
    })
    void aReadingCallsForTheHighestStepThatItHasReached(double reading, OverloadStep step) {
        assertThat(heap.next(OverloadStep.NORMAL, reading)).isEqualTo(step);
    }

    @Test
    void theLedgersGaugesNeitherEndWhatIsIdleNorKeepClientsWaiting() {
        Thresholds disk = Watched.DISK.thresholds(0.9);

        assertThat(disk.next(OverloadStep.NORMAL, 0.79)).isEqualTo(OverloadStep.NORMAL);
        assertThat(disk.next(OverloadStep.NORMAL, 0.81)).isEqualTo(OverloadStep.KEEP_ALIVE_OFF);
        assertThat(disk.next(OverloadStep.NORMAL, 12)).isEqualTo(OverloadStep.REFUSING);
        assertThat(disk.next(OverloadStep.REFUSING, 0.5)).isEqualTo(OverloadStep.NORMAL);
    }

    @Test
    void aLagIsInSeconds() {
        Thresholds lag = Watched.JOURNAL_LAG.thresholds(10);

        assertThat(lag.next(OverloadStep.NORMAL, 4.9)).isEqualTo(OverloadStep.NORMAL);
        assertThat(lag.next(OverloadStep.NORMAL, 5)).isEqualTo(OverloadStep.KEEP_ALIVE_OFF);
        assertThat(lag.next(OverloadStep.NORMAL, 10)).isEqualTo(OverloadStep.REFUSING);
        assertThat(lag.next(OverloadStep.REFUSING, 9.6)).isEqualTo(OverloadStep.REFUSING);
        assertThat(lag.next(OverloadStep.REFUSING, 0)).isEqualTo(OverloadStep.NORMAL);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aStepIsTakenAtItsThresholdAndLeftOnlyWellBelowIt(long seed) {
        Random random = new Random(seed);
        OverloadStep step = OverloadStep.NORMAL;
        double reading = 0;
        for (int i = 0; i < 10_000; i++) {
            reading = Math.max(0, Math.min(1.2, reading + random.nextGaussian() * 0.03));
            OverloadStep next = heap.next(step, reading);

            int due = 0;
            int kept = 0;
            for (int code = 1; code < AT.length; code++) {
                due = reading >= AT[code] ? code : due;
                kept = reading >= AT[code] - BAND ? code : kept;
            }
            assertThat(next.code()).isEqualTo(Math.max(due, Math.min(step.code(), kept)));
            step = next;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4})
    void aReadingThatTremblesAtTheEdgeDoesNotSwitchToAndFro(long seed) {
        Random random = new Random(seed);
        OverloadStep step = heap.next(OverloadStep.NORMAL, 0.9);
        int changes = 0;
        for (int i = 0; i < 1_000; i++) {
            OverloadStep next = heap.next(step, 0.9 + (random.nextDouble() - 0.5) * 0.09);
            changes += next == step ? 0 : 1;
            step = next;
        }

        assertThat(changes).isZero();
    }
}
