package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.DefaultEventLoop;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SweepTest {
    @Test
    void oneThatFailsDoesNotKeepTheOthersFromTheirDeadlines() throws Exception {
        var loop = new DefaultEventLoop();
        try {
            var sweep = new Sweep(Sweep.PERIOD_MILLIS);
            var swept = new AtomicInteger();
            loop.submit(() -> {
                        sweep.add(new Counting(swept));
                        sweep.add(new Counting(swept) {
                            @Override
                            public void sweep(long nowNanos) {
                                throw new IllegalStateException("provoked");
                            }
                        });
                        sweep.start(loop);
                    })
                    .get();

            await().until(() -> swept.get() >= 2);
            assertThat(NothingLeftBehind.check()).anyMatch(finding -> finding.contains("provoked"));
        } finally {
            loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static class Counting implements Swept {
        private final AtomicInteger count;
        private int position = -1;

        Counting(AtomicInteger count) {
            this.count = count;
        }

        @Override
        public void sweep(long nowNanos) {
            count.incrementAndGet();
        }

        @Override
        public int sweepPosition() {
            return position;
        }

        @Override
        public void sweepPosition(int position) {
            this.position = position;
        }
    }
}
