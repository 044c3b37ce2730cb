package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.weir.eventbus.Tally;
import io.weir.wsgateway.SnapshotReader.Reading;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TrafficHistoryTest {
    private static final long SECOND = 1_000_000_000L;

    private final TrafficHistory history = new TrafficHistory(Duration.ofSeconds(1));

    private void moved(FakeLedger ledger, long bytes, double atSecond, boolean stale) {
        ledger.add(new Tally(bytes, 2 * bytes, 0, 0, 0, 0));
        history.add(new Reading(ledger.latest(), (long) (atSecond * SECOND), stale));
    }

    private JsonNode written() {
        ByteBuf buffer = Json.object(UnpooledByteBufAllocator.DEFAULT, 256, history::write);
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return new JsonMapper().readTree(text).path("history");
    }

    @Test
    void lateReadingIsSpreadOverTheStepsItCoversAndAnEarlyOrStaleOneWaits() {
        try (FakeLedger ledger = new FakeLedger()) {
            moved(ledger, 0, 10, false);
            moved(ledger, 1000, 11, false);
            moved(ledger, 300, 11.2, false); // too early
            moved(ledger, 700, 12.1, true); // not what the ledger has
            moved(ledger, 2000, 14, false);

            assertThat(written().path("up").valueStream().map(JsonNode::longValue))
                    .containsExactly(1000L, 1000L, 1000L, 1000L);
            assertThat(written().path("down").path(0).longValue()).isEqualTo(2000);
            assertThat(written().path("stepMillis").longValue()).isEqualTo(1000);
        }
    }

    @Test
    void noMoreThanTheLastMinutesAreKeptHoweverLongTheMachineSlept() {
        try (FakeLedger ledger = new FakeLedger()) {
            moved(ledger, 0, 0, false);
            for (int second = 1; second <= TrafficHistory.STEPS + 10; second++) {
                moved(ledger, second, second, false);
            }

            assertThat(written().path("up").size()).isEqualTo(TrafficHistory.STEPS);
            assertThat(written().path("up").path(0).longValue()).isEqualTo(11);

            moved(ledger, 0, 1e9, false);

            assertThat(written().path("up").valueStream().map(JsonNode::longValue))
                    .containsOnly(0L);
        }
    }
}
