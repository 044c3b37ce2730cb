package io.weir.proxyengine;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that come at a {@link Rate} and are handed out once: any amount at any time, but each amount only for when it has come. Any thread; never waits.
 *
 * <p>Its whole state is the instant until which everything is spoken for. Who takes something moves that on by the time that the bytes take, and may use them when it has
 * come. So takers are served in the order in which they ask, whatever they ask for, and none starves. What nobody takes is kept for {@value #BURST_MILLIS} ms (for two
 * pieces, at rates at which a piece takes longer): it makes good for takers that come late, and it is how much may pass at once after a pause. A new one holds one piece.
 */
final class TokenBucket {
    static final long BURST_MILLIS = 100;
    private static final long BURST_NANOS = BURST_MILLIS * 1_000_000;
    private static final int LEAST_PIECE_BYTES = 256;

    private final Rate rate;
    private final int takers;
    private final AtomicLong spokenForUntilNanos;

    /**
     * Makes one.
     *
     * @param takers how many take from it, as each takes a piece ahead
     * @param nowNanos the clock
     */
    TokenBucket(Rate rate, int takers, long nowNanos) {
        this.rate = rate;
        this.takers = takers;
        spokenForUntilNanos = new AtomicLong(nowNanos - rate.nanos(rate.pieceBytes()));
    }

    /** How much a taker is to take ahead. */
    long pieceBytes() {
        long piece = rate.pieceBytes();
        return Math.max(Math.min(piece, LEAST_PIECE_BYTES), piece / takers);
    }

    /**
     * Takes bytes.
     *
     * @return when they may be used, by the same clock; perhaps now or earlier
     */
    long take(long bytes, long nowNanos) {
        long cost = rate.nanos(bytes);
        long earliest = nowNanos - burstNanos();
        while (true) {
            long before = spokenForUntilNanos.get();
            long after = (before - earliest < 0 ? earliest : before) + cost;
            if (spokenForUntilNanos.compareAndSet(before, after)) {
                return after;
            }
        }
    }

    /** Whether it holds all that it can, so that it is as good as a new one. */
    boolean isFull(long nowNanos) {
        return nowNanos - spokenForUntilNanos.get() >= burstNanos();
    }

    private long burstNanos() {
        return Math.max(BURST_NANOS, 2 * rate.nanos(rate.pieceBytes()));
    }
}
