package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bucket hands out its rate and no more, whoever takes what and when. */
class TokenBucketTest {
    private static final long SECOND = 1_000_000_000;

    private record Taken(long usableNanos, long bytes) {}

    private static long burstBytes(Rate rate) {
        return Math.max(rate.bytesPerSecond() / 10, 2 * rate.pieceBytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noWindowHasMoreThanTheRateAndTheBurst(long seed) {
        var random = new Random(seed);
        var rate = new Rate(1024L << random.nextInt(31));
        long now = random.nextBoolean() ? Long.MAX_VALUE - SECOND : -random.nextLong(SECOND);
        long begin = now;
        var bucket = new TokenBucket(rate, 1 + random.nextInt(8), now);
        List<Taken> taken = new ArrayList<>();
        long largest = 0;
        for (int i = 0; i < 600; i++) {
            if (random.nextInt(3) == 0) {
                now += random.nextLong(random.nextBoolean() ? SECOND : SECOND / 100);
            }
            long bytes = 1 + random.nextLong(random.nextBoolean() ? 2000 : rate.pieceBytes());
            long when = bucket.take(bytes, now);
            taken.add(new Taken(Math.max(when - begin, now - begin), bytes));
            largest = Math.max(largest, bytes);
        }

        for (int from = 0; from < taken.size(); from++) {
            double sum = 0;
            for (int to = from; to < taken.size(); to++) {
                sum += taken.get(to).bytes();
                double seconds = (taken.get(to).usableNanos() - taken.get(from).usableNanos()) / (double) SECOND;
                assertThat(sum)
                        .as("seed %d: from %d to %d", seed, from, to)
                        .isLessThanOrEqualTo(seconds * rate.bytesPerSecond() * 1.000_001 + burstBytes(rate) + largest);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1024, 10_000, 65_536, 1 << 20, 100L << 20, 10L << 30})
    void whoTakesAllThereIsGetsTheRateThoughItAlwaysComesLate(long bytesPerSecond) {
        var random = new Random(bytesPerSecond);
        var bucket = new TokenBucket(new Rate(bytesPerSecond), 1, 0);
        long now = 0;
        long bytes = 0;
        while (now < 20 * SECOND) {
            long piece = bucket.pieceBytes();
            now = Math.max(now, bucket.take(piece, now)) + random.nextLong(SECOND / 40);
            bytes += piece;
        }

        assertThat(bytes / (now / (double) SECOND)).isBetween(bytesPerSecond * 0.98, bytesPerSecond * 1.02);
    }

    @Test
    void takersOnSeveralThreadsShareItExactly() {
        long bytesPerSecond = 50 << 20;
        var bucket = new TokenBucket(new Rate(bytesPerSecond), 4, 0);
        List<CompletableFuture<Long>> takers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            takers.add(Peer.async(() -> {
                long bytes = 0;
                while (bucket.take(1000, 0) <= 100 * SECOND) {
                    bytes += 1000;
                }
                return bytes;
            }));
        }
        long sum = takers.stream().mapToLong(CompletableFuture::join).sum();

        long piece = new Rate(bytesPerSecond).pieceBytes();
        assertThat(sum).isBetween((long) (bytesPerSecond * 100 * 0.999), bytesPerSecond * 100 + piece);
    }

    @Test
    void aChangeOfTheRateHoldsFromThenOn() {
        var rate = new Rate(1000);
        var bucket = new TokenBucket(rate, 1, 0);
        long emptied = bucket.take(10_000, 0);
        rate.set(1_000_000);

        assertThat(bucket.take(1_000_000, emptied)).isEqualTo(emptied + SECOND);
        rate.set(0);
        assertThat(bucket.take(Long.MAX_VALUE / 2, emptied + SECOND)).isEqualTo(emptied + SECOND);
    }

    @Test
    void itIsFullAfterTheTimeThatItsBurstTakes() {
        var bucket = new TokenBucket(new Rate(1 << 20), 1, 0);
        bucket.take(1 << 20, 0);

        assertThat(bucket.isFull(SECOND)).isFalse();
        assertThat(bucket.isFull(2 * SECOND)).isTrue();
    }
}
