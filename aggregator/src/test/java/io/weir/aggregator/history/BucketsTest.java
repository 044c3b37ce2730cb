package io.weir.aggregator.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.eventbus.Counts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketsTest {
    @ParameterizedTest
    @CsvSource({
        "0, 300, 1, 1",
        "299, 300, 1, 300",
        "300, 300, 2, 151",
        "1000, 300, 5, 201",
        "3600000, 300, 15000, 241",
        "86400000, 300, 300000, 289",
        "604800000, 300, 3600000, 169",
        "604800000, 1, 691200000, 1",
        "31536000000, 300, 172800000, 183"
    })
    void theStepIsTheShortestRoundOneThatNeedsNoMorePoints(long span, int maxPoints, long step, int points) {
        Timeline timeline = new Buckets(1_700_000_000_123L, 1_700_000_000_123L + span, maxPoints).timeline();

        assertThat(timeline.stepMillis()).isEqualTo(step);
        assertThat(timeline.up()).hasSize(points);
    }

    @Test
    void whatLiesOutsideIsInTheFirstOrTheLast() {
        Buckets buckets = new Buckets(1_000, 1_999, 10);
        for (long at : new long[] {Long.MIN_VALUE, 999, 1_000, 1_099, 1_100, 1_999, 2_000, Long.MAX_VALUE}) {
            Counts delta = new Counts();
            delta.addUp(1);
            buckets.add(at, delta);
        }

        assertThat(buckets.timeline().up()).containsExactly(4, 1, 0, 0, 0, 0, 0, 0, 0, 3);
    }

    @Test
    void aRangeThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new Buckets(5, 4, 1)).hasMessageContaining("from=5 to=4");
        assertThatThrownBy(() -> new Buckets(0, 4, 0)).hasMessageContaining("points=0");
    }
}
