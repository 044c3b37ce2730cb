package io.weir.aggregator.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayClockTest {
    private final AtomicLong nanos = new AtomicLong(77);

    private ReplayClock clock(String speed, Duration maxPause) {
        var clock = new ReplayClock(nanos::get, ReplaySpeed.parse(speed), maxPause);
        clock.set(1_000);
        return clock;
    }

    private void pass(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void itRunsAtItsSpeedAndStandsWhileItIsHalted() {
        ReplayClock clock = clock("10x", Duration.ZERO);
        pass(5_000);
        assertThat(clock.atMillis()).isEqualTo(1_000);

        clock.run(true);
        pass(200);
        assertThat(clock.atMillis()).isEqualTo(3_000);
        assertThat(clock.nanosUntil(4_000)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(100));
        clock.speed(ReplaySpeed.parse("0.5x"));
        pass(1_000);
        assertThat(clock.atMillis()).isEqualTo(3_500);
        clock.run(false);
        pass(1_000);

        assertThat(clock.atMillis()).isEqualTo(3_500);
    }

    @Test
    void aPauseLongerThanTheLongestIsLeaptOver() {
        ReplayClock clock = clock("10x", Duration.ofSeconds(2));
        clock.run(true);

        assertThat(clock.nanosUntil(11_000)).isEqualTo(TimeUnit.SECONDS.toNanos(1));
        assertThat(clock.nanosUntil(3_601_000)).isEqualTo(TimeUnit.SECONDS.toNanos(2));
        assertThat(clock.atMillis()).isEqualTo(3_581_000);
        pass(2_000);
        assertThat(clock.atMillis()).isEqualTo(3_601_000);
    }

    @Test
    void atTheGreatestSpeedNothingWaits() {
        ReplayClock clock = clock("max", Duration.ZERO);
        clock.run(true);
        pass(1_000);

        assertThat(clock.nanosUntil(Long.MAX_VALUE)).isZero();
        assertThat(clock.atMillis()).isEqualTo(1_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "0x", "-1x", "1e9x", "NaN", "Infinity", "fast", "10000000x", "0.001x"})
    void whatIsNoSpeedIsRefused(String text) {
        assertThatThrownBy(() -> ReplaySpeed.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1x", "10x", "2.5x", "0.1x", "1000000x", "max"})
    void aSpeedIsWrittenAsItIsRead(String text) {
        assertThat(ReplaySpeed.parse(text)).hasToString(text);
    }
}
