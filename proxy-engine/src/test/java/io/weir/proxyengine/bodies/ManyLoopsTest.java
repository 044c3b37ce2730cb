package io.weir.proxyengine.bodies;

import static io.weir.proxyengine.bodies.StoreFixture.MIB;
import static io.weir.proxyengine.bodies.StoreFixture.bytes;
import static io.weir.proxyengine.bodies.StoreFixture.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The law of the store: every body that is told of as stored is there to the byte, and nothing else is left. */
class ManyLoopsTest {
    private static final int LOOPS = 4;
    private static final int BODIES = 150; // a loop

    @TempDir
    Path temp;

    private final Queue<String> faults = new ConcurrentLinkedQueue<>();
    private final CountDownLatch told = new CountDownLatch(LOOPS * BODIES);
    private final AtomicInteger stored = new AtomicInteger();

    private boolean ample;

    @ParameterizedTest(name = "seed {0}, a queue of {1} MiB")
    @CsvSource({"1, 1", "2, 1", "20261123, 1", "1, 256", "2, 256", "20261123, 256"})
    void eachBodyIsStoredWholeOrGivenUpWithItsReason(long seed, int queueMib) throws Exception {
        ample = queueMib > 1; // so that the store is never too slow
        Path folder = temp.resolve("bodies");
        var config = new BodyStoreConfig(folder, 150_000, (long) queueMib * MIB, Duration.ofDays(1), 512 * MIB);
        List<EventLoop> loops = new ArrayList<>();
        try (var store = BodyStore.open(config)) {
            for (int i = 0; i < LOOPS; i++) {
                EventLoop loop = new DefaultEventLoop();
                loops.add(loop);
                var player = new Player(store, loop, new Random(seed * LOOPS + i));
                loop.execute(player::step);
            }

            assertThat(told.await(60, TimeUnit.SECONDS)).as("told of all").isTrue();

            assertThat(faults).isEmpty();
            assertThat(stored.get()).isPositive();
            await().until(() ->
                    store.queuedBytes() == 0); // a body that is given up is told of before its pieces are gone
        } finally {
            for (EventLoop loop : loops) {
                loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
            }
        }
        try (Stream<Path> left = Files.list(folder.resolve("tmp"))) {
            assertThat(left).isEmpty();
        }
        assertThat(told.getCount()).isZero();
    }

    /** Plays what the exchanges of one loop do, some at once, in turns. */
    private final class Player {
        private final BodyStore store;
        private final EventLoop loop;
        private final Random random;
        private final ArrayDeque<Sending> sending = new ArrayDeque<>();
        private int begun;

        Player(BodyStore store, EventLoop loop, Random random) {
            this.store = store;
            this.loop = loop;
            this.random = random;
        }

        void step() {
            if (begun < BODIES && (sending.size() < 8 || random.nextBoolean())) {
                int length = random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(2000);
                sending.add(new Sending(bytes(random.nextInt(100) * 1000L + length % 50, length)));
                begun++;
            }
            Sending next = sending.poll();
            if (next != null && next.goesOn()) {
                sending.add(next);
            }
            if (next != null || begun < BODIES) {
                loop.execute(this::step);
            }
        }

        private final class Sending {
            private final byte[] body;
            private final BodyRecorder recorder;
            private final boolean breaks = random.nextInt(10) == 0;
            private int sent;
            private int toldCount;

            Sending(byte[] body) {
                this.body = body;
                recorder = store.begin(loop, this::told);
            }

            boolean goesOn() {
                int length = Math.min(body.length - sent, 1 + random.nextInt(20_000));
                recorder.add(Unpooled.wrappedBuffer(body, sent, length));
                sent += length;
                if (breaks && sent > body.length / 2) {
                    recorder.abort();
                    return false;
                }
                if (sent == body.length) {
                    recorder.end();
                    return false;
                }
                return true;
            }

            private void told(StoredBody is) {
                if (!loop.inEventLoop() || ++toldCount > 1) {
                    faults.add("told wrongly of " + is);
                }
                try {
                    check(is);
                } catch (AssertionError | IOException e) {
                    faults.add(e.toString());
                }
                told.countDown();
            }

            private void check(StoredBody is) throws IOException {
                assertThat(is.note()).isNotEqualTo(ample ? "the store was too slow" : "whatever");
                assertThat(is.bytes()).isEqualTo(sent);
                if (!is.sha256().isEmpty()) {
                    assertThat(is.sha256()).isEqualTo(sha256(body));
                    assertThat(store.folder()
                                    .resolve(is.sha256().substring(0, 2))
                                    .resolve(is.sha256()))
                            .hasBinaryContent(body);
                    assertThat(is.note()).isEmpty();
                    stored.incrementAndGet();
                } else if (sent == 0) {
                    assertThat(is.note()).isIn("", "incomplete");
                } else if (breaks) {
                    assertThat(is.note()).isIn("incomplete", "the store was too slow", "larger than 150000 bytes");
                } else {
                    assertThat(is.note()).isIn("the store was too slow", "larger than 150000 bytes");
                }
            }
        }
    }
}
