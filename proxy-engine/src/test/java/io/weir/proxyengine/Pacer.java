package io.weir.proxyengine;

import static org.assertj.core.api.Assertions.assertThat;

/** Says that something was not faster than a rate, which a slow machine cannot make wrong. */
final class Pacer {
    /** What a bucket holds, the pieces that loops have ahead, and a grant; in parts of the second. */
    private static final double AHEAD_SECONDS = 0.15;

    private final long beganNanos = System.nanoTime();

    /**
     * Fails if more has passed since the beginning than the rate lets pass in that time.
     *
     * @param beyondBytes what reads that cannot be bounded may take at once
     */
    void assertNotFaster(long bytes, long bytesPerSecond, long beyondBytes) {
        double seconds = (System.nanoTime() - beganNanos) / 1e9;
        assertThat((double) bytes)
                .as("bytes in %s s at %s bytes a second", seconds, bytesPerSecond)
                .isLessThanOrEqualTo(bytesPerSecond * (seconds + AHEAD_SECONDS) + beyondBytes);
        assertThat(bytes / (double) bytesPerSecond)
                .as("seconds that it has to take, else anything is slow enough")
                .isGreaterThan(2 * AHEAD_SECONDS);
    }
}
