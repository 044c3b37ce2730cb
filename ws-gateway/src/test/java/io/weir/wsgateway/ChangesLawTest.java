package io.weir.wsgateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.JournalHistory;
import io.weir.wsgateway.RawWebSocket.Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever happens to the connection, who applies the changes has what the ledger has. */
class ChangesLawTest {
    private static final int CLIENTS = 8;
    private static final JsonMapper MAPPER = new JsonMapper();

    @TempDir
    private Path journal;

    /** Small parts and little room, so that a cut often falls within a step and a pause makes the client slow. */
    private static TestGateway.TestLimits tight() {
        TestGateway.TestLimits limits = new TestGateway.TestLimits();
        limits.tick = Duration.ofMillis(10);
        limits.maxPartBytes = 2 << 10;
        limits.maxPendingBytes = 16 << 10;
        return limits;
    }

    @ParameterizedTest(name = "seed {0}, {1} closed sessions held")
    @CsvSource({"1,100000,65", "2,30,65"})
    void clientThatIsCutOffAThousandTimesHasEveryRowToTheByte(long seed, int held, int cutsEach) throws Exception {
        try (LiveGateway live = new LiveGateway(journal, held, tight())) {
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            List<Future<ChangesFold>> running = new ArrayList<>();
            List<ChangesFold> folds = new ArrayList<>();
            try (RandomLoad load = RandomLoad.start(live.bus, seed, 200)) {
                load.awaitRounds(100);
                for (int i = 0; i < CLIENTS; i++) {
                    Random random = new Random(seed * 31 + i);
                    running.add(threads.submit(() -> beCutOff(live, random, cutsEach)));
                }
                for (Future<ChangesFold> each : running) {
                    folds.add(each.get(120, TimeUnit.SECONDS));
                }
            }
            threads.shutdown();
            Snapshot end = live.snapshot();
            for (ChangesFold fold : folds) {
                catchUp(live, fold, end.sequence());
                assertThat(fold.rows).isEqualTo(expected(end, fold.base, fold.rows));
            }

            assertThat(folds).anyMatch(fold -> fold.parts > 0);
            assertThat(live.journalReads.get() > 0).isEqualTo(held < 1000);
        }
    }

    @Test
    void clientGoesOnWhereItWasAfterTheNodeWasStoppedAndStarted() throws Exception {
        ChangesFold fold = new ChangesFold();
        try (LiveGateway live = new LiveGateway(journal, 100_000, tight())) {
            try (RandomLoad load = RandomLoad.start(live.bus, 3, 50)) {
                load.awaitRounds(200);
                catchUp(live, fold, live.snapshot().sequence());
            }
        }
        try (LiveGateway live = new LiveGateway(journal, 30, tight())) {
            try (RandomLoad load = RandomLoad.start(live.bus, 4, 50)) {
                load.awaitRounds(200);
                catchUp(live, fold, live.snapshot().sequence());
            }
            Snapshot end = live.snapshot();
            catchUp(live, fold, end.sequence());

            assertThat(fold.resets).isEqualTo(1);
            assertThat(live.journalReads).hasPositiveValue();
            assertThat(fold.rows).isEqualTo(expected(end, fold.base, fold.rows));
        }
    }

    /** What a client has to have that was told everything at {@code base}, and then the held ones of those closed before. */
    private Map<Long, JsonNode> expected(Snapshot end, long base, Map<Long, JsonNode> had) {
        Map<Long, JsonNode> rows = new HashMap<>();
        end.forEachOpen(session -> rows.put(session.id(), row(session)));
        JournalHistory.of(journal)
                .closedBetween(
                        0,
                        end.sequence(),
                        closed -> {
                            long id = closed.info().id();
                            if (closed.sequence() > base || had.containsKey(id)) {
                                rows.put(id, row(closed.info()));
                            }
                        },
                        () -> true);
        return rows;
    }

    private static JsonNode row(ConnectionInfo session) {
        ByteBuf buffer = Json.object(UnpooledByteBufAllocator.DEFAULT, 512, json -> {
            json.writeName("row");
            SessionRow.write(json, session);
        });
        String text = buffer.toString(StandardCharsets.UTF_8);
        buffer.release();
        return MAPPER.readTree(text).path("row");
    }

    /** Follows until everything up to that sequence is known. */
    private static void catchUp(LiveGateway live, ChangesFold fold, long sequence) throws Exception {
        try (RawWebSocket socket = live.connect()) {
            socket.say(fold.subscription());
            while (fold.position < sequence) {
                fold.apply(socket.await(RawWebSocket.TEXT).text());
            }
        }
    }

    private static ChangesFold beCutOff(LiveGateway live, Random random, int times) throws Exception {
        ChangesFold fold = new ChangesFold();
        ChangesFold earlier = fold.copy();
        for (int i = 0; i < times; i++) {
            if (random.nextInt(12) == 0) {
                ChangesFold now = fold.copy();
                fold = earlier; // it has slept since then
                earlier = now;
            }
            try (RawWebSocket socket = live.connect()) {
                socket.say(fold.subscription());
                long target = random.nextInt(6);
                for (int message = 0; message < target; message++) {
                    if (random.nextInt(8) == 0) {
                        LockSupport.parkNanos(random.nextInt(40_000_000)); // reads nothing for a while
                    }
                    Frame frame = socket.await(RawWebSocket.TEXT);
                    fold.apply(frame.text());
                }
                cut(socket, random);
            }
            fold.cut();
        }
        return fold;
    }

    private static void cut(RawWebSocket socket, Random random) throws IOException {
        switch (random.nextInt(4)) {
            case 0 -> socket.reset();
            case 1 ->
                socket.send(RawWebSocket.frame(RawWebSocket.FIN | RawWebSocket.CLOSE, new byte[] {3, (byte) 232}));
            case 2 -> {
                socket.skip(1 + random.nextInt(3000)); // in the middle of a message
                socket.reset();
            }
            default -> socket.close();
        }
    }
}
