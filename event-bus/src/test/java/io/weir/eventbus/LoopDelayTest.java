package io.weir.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LoopDelayTest {
    private long nowNanos = -7;
    private final LoopDelay delay = new LoopDelay("loop", () -> nowNanos);

    @Test
    void theDelayIsWhatPassedBeyondTheSecond() {
        look(1_000);

        assertThat(delay.lastNanos()).isZero();

        look(1_250);

        assertThat(delay.lastNanos()).isEqualTo(millis(250));
        assertThat(delay.maxNanos()).isEqualTo(millis(250));
    }

    @Test
    void theMaximumIsKeptForAMinuteAndForgottenAfterTwo() {
        look(1_500);
        for (int second = 0; second < 60; second++) {
            look(1_000);
            assertThat(delay.lastNanos()).isZero();
            assertThat(delay.maxNanos()).isEqualTo(millis(500));
        }
        for (int second = 60; second < 120; second++) {
            look(1_001);
        }

        assertThat(delay.maxNanos()).isEqualTo(millis(1));
    }

    @Test
    void aTaskThatHoldsTheLoopIsSeen() {
        ScheduledExecutorService loop = Executors.newSingleThreadScheduledExecutor();
        try {
            LoopDelay watched = LoopDelay.watch("loop", loop);
            loop.execute(() -> {
                long begun = System.nanoTime();
                while (System.nanoTime() - begun < millis(1_200)) {
                    Thread.onSpinWait();
                }
            });

            await().atMost(Duration.ofSeconds(20)).until(() -> watched.maxNanos() >= millis(150));
        } finally {
            loop.shutdownNow();
        }
    }

    private void look(long afterMillis) {
        nowNanos += millis(afterMillis);
        delay.look();
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
