package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.weir.eventbus.Tally;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Some of many dashboards do not read. */
class SlowSubscribersTest {
    private static final int READING = 40;
    private static final int SILENT = 10;
    private static final int ROWS = 2000;
    private static final String ALL =
            "{\"action\":\"subscribe\",\"topics\":[\"traffic\",\"connections\",\"changes\",\"logs\",\"mitm_detail\"]}";

    /** One that counts what it gets and keeps nothing. */
    private static final class Reader implements AutoCloseable {
        final AtomicLong round = new AtomicLong();
        final AtomicLong longestGapNanos = new AtomicLong();
        private final RawWebSocket socket;
        private final Thread thread;

        Reader(TestGateway gateway) throws Exception {
            socket = RawWebSocket.open(gateway.gateway.address(), gateway.token.value(), 1 << 20);
            socket.say(ALL);
            thread = new Thread(this::read, "reader");
            thread.start();
        }

        private void read() {
            long last = System.nanoTime();
            try {
                while (true) {
                    String text = socket.await(RawWebSocket.TEXT).text();
                    if (text.startsWith("{\"type\":\"traffic\"")) {
                        long now = System.nanoTime();
                        longestGapNanos.accumulateAndGet(now - last, Math::max);
                        last = now;
                    } else if (text.startsWith("{\"type\":\"changes\"")) {
                        changed(text);
                    }
                }
            } catch (IOException end) {
                return;
            }
        }

        private void changed(String text) {
            int host = text.lastIndexOf("\"host-");
            if (host >= 0) {
                round.set(Long.parseLong(text.substring(host + 6, text.indexOf('.', host))));
            }
        }

        @Override
        public void close() throws IOException {
            socket.reset();
            await().until(() -> !thread.isAlive());
        }
    }

    @Test
    void nobodyWaitsForWhoDoesNotReadAndThoseHoldLittleAndAreClosed() throws Exception {
        long directBefore = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
        try (TestGateway gateway = TestGateway.start(limits -> {
            limits.tick = Duration.ofMillis(250);
            limits.trafficTick = Duration.ofMillis(250);
            limits.stall = Duration.ofSeconds(1);
            return limits;
        })) {
            change(gateway, 0);
            List<RawWebSocket> silent = new ArrayList<>();
            List<Reader> readers = new ArrayList<>();
            for (int i = 0; i < SILENT; i++) {
                RawWebSocket client = RawWebSocket.open(gateway.gateway.address(), gateway.token.value(), 16 << 10);
                client.say(ALL);
                silent.add(client);
            }
            for (int i = 0; i < READING; i++) {
                readers.add(new Reader(gateway));
            }
            long mostPending = 0;
            for (long round = 1; round <= 12; round++) {
                change(gateway, round);
                gateway.logs.publish("INFO", 0, "line of round " + round, 0);
                long now = round;
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> readers.stream().allMatch(reader -> reader.round.get() == now));
                mostPending = Math.max(mostPending, gateway.gateway.pendingBytes());
            }

            for (RawWebSocket client : silent) {
                assertThat(client.isEnded()).isTrue();
            }
            assertThat(readers)
                    .allMatch(reader ->
                            reader.longestGapNanos.get() < Duration.ofSeconds(5).toNanos());
            long perClient = (1 << 20) + 2L * ROWS * 350; // and one message
            assertThat(mostPending).isLessThan((SILENT + 2) * perClient);
            for (Reader reader : readers) {
                reader.close();
            }
        }
        await().untilAsserted(
                        () -> assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - directBefore)
                                .isLessThan(128 << 20));
    }

    private static void change(TestGateway gateway, long round) {
        for (long id = 1; id <= ROWS; id++) {
            gateway.ledger.put(FakeLedger.exchange(id, "host-" + round + ".example", new Tally(round, 0, 0, 0, 0, 0)));
        }
    }
}
