package io.weir.proxyengine;

/** Bytes per second, which may change while others go by it; 0 is no limit. Any thread. */
final class Rate {
    /** Work in turns of so long: fewer wake-ups cost less CPU, and more are smoother. */
    private static final int PIECES_PER_SECOND = 50;

    /** Where that would be less than a packet holds, a piece may take longer. */
    private static final int PACKET_BYTES = 1460;

    private static final int SLOW_PIECES_PER_SECOND = 4;
    private static final long UNLIMITED_PIECE_BYTES = 1 << 30;
    private static final double NANOS_PER_SECOND = 1e9;

    private volatile long bytesPerSecond;

    Rate(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    void set(long newBytesPerSecond) {
        bytesPerSecond = newBytesPerSecond;
    }

    boolean isLimited() {
        return bytesPerSecond != 0;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** How long that many bytes take, rounded up, so that no rounding makes it faster. */
    long nanos(long bytes) {
        long rate = bytesPerSecond;
        return rate == 0 ? 0 : (long) Math.ceil(bytes * (NANOS_PER_SECOND / rate));
    }

    /** How many bytes to hand out at once. */
    long pieceBytes() {
        long rate = bytesPerSecond;
        if (rate == 0) {
            return UNLIMITED_PIECE_BYTES;
        }
        return Math.max(1, Math.max(rate / PIECES_PER_SECOND, Math.min(PACKET_BYTES, rate / SLOW_PIECES_PER_SECOND)));
    }
}
