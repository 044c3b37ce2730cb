package io.weir.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.LongStream;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {
    @Test
    void smallValuesAreExact() {
        var histogram = new Histogram();
        LongStream.rangeClosed(1, 60).forEach(histogram::add);

        assertThat(histogram.percentile(0.5)).isEqualTo(30);
        assertThat(histogram.percentile(1)).isEqualTo(60);
        assertThat(histogram.count()).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(longs = {63, 64, 65, 1_000, 123_456_789, 1L << 40, (1L << 40) - 1, Long.MAX_VALUE})
    void aValueIsFoundAgainWithinItsBucket(long value) {
        var histogram = new Histogram();
        histogram.add(value);
        histogram.add(Long.MAX_VALUE);

        assertThat(histogram.percentile(0.5)).isGreaterThanOrEqualTo(value);
        assertThat((double) histogram.percentile(0.5)).isCloseTo((double) value, Percentage.withPercentage(3.2));
        assertThat(histogram.greatest()).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void percentilesAreThoseOfTheSortedValues(long seed) {
        var random = new Random(seed);
        long[] values = random.longs(10_000, 1, 1_000_000_000).sorted().toArray();
        var one = new Histogram();
        var other = new Histogram();
        for (int i = 0; i < values.length; i++) {
            (i % 2 == 0 ? one : other).add(values[i]);
        }
        one.add(other);

        assertThat((double) one.percentile(0.99)).isCloseTo((double) values[9_899], Percentage.withPercentage(3.2));
        assertThat((double) one.percentile(0.5)).isCloseTo((double) values[4_999], Percentage.withPercentage(3.2));
    }

    @Test
    void anEmptyOneHasZeros() {
        assertThat(new Histogram().percentile(0.99)).isZero();
    }
}
