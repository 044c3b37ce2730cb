package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.eventbus.Tally;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlowConsumerTest {
    private static final int ROWS = 2000;
    private static final String SUBSCRIBE = "{\"action\":\"subscribe\",\"topics\":[\"connections\",\"logs\"]}";

    private static void change(TestGateway gateway, long round) {
        for (long id = 1; id <= ROWS; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, "host-" + round + ".example", new Tally(round, 0, 0, 0, 0, 0)));
        }
    }

    /** The test may take longer over it than a real client is given. */
    private static TestGateway patient() {
        return TestGateway.start(limits -> {
            limits.stall = Duration.ofMinutes(2);
            return limits;
        });
    }

    @Test
    void clientThatDoesNotReadHoldsABoundedBufferAndNobodyUp() throws Exception {
        try (TestGateway gateway = patient();
                SilentClient slow = SilentClient.open(gateway);
                Dashboard other = gateway.dashboard()) {
            change(gateway, 0);
            slow.say(SUBSCRIBE);
            other.subscribe("connections");

            for (long round = 1; round <= 20; round++) {
                change(gateway, round);
                long now = round;
                other.any(
                        "connections",
                        message -> Dashboard.row(message, ROWS).path("up").longValue() >= now);
                gateway.logs.publish("INFO", 0, "line of round " + round, 0);
            }

            int frame = other.messages.get(other.messages.size() - 1).toString().length();
            assertThat(gateway.gateway.pendingBytes()).isLessThan((1L << 20) + 2L * frame);
            slow.readUntil("\"skipped\":");
        }
    }

    @Test
    void clientIsToldHowManyLinesItMissedWhenItReadsAgain() throws Exception {
        try (TestGateway gateway = patient();
                SilentClient slow = SilentClient.open(gateway)) {
            change(gateway, 0);
            slow.say(SUBSCRIBE);
            await().during(Duration.ofMillis(300))
                    .until(() -> gateway.gateway.pendingBytes() > 1 << 20); // the kernel is full too

            for (int i = 0; i < LogFeed.BATCH; i++) {
                gateway.logs.publish("INFO", 0, "line " + i, 0);
            }

            gateway.gateway.pendingBytes(); // the batch is full, so it was offered before this was answered

            slow.readUntil("missed " + LogFeed.BATCH + " lines");
        }
    }

    @Test
    void clientThatStallsForTooLongIsClosed() throws Exception {
        try (TestGateway gateway = TestGateway.start(limits -> {
                    limits.stall = Duration.ofMillis(200);
                    return limits;
                });
                SilentClient slow = SilentClient.open(gateway)) {
            change(gateway, 0);
            slow.say(SUBSCRIBE);
            await().until(() -> gateway.wantedLevel().isPresent());

            await().until(() -> gateway.wantedLevel().isEmpty()); // it has left

            assertThat(gateway.gateway.pendingBytes()).isZero();
        }
    }
}
