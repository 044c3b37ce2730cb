package io.weir.benchmarks.load;

/**
 * How often and how long. Immutable.
 *
 * @param rounds how often each proxy has its turn
 * @param seconds how long a turn is measured
 * @param warmUp seconds of the turn before the first, which does not count; 0 for none
 */
record RoundOptions(int rounds, double seconds, double warmUp) {
    RoundOptions {
        if (rounds < 1 || rounds > 1000 || !(seconds > 0 && seconds <= 3600) || !(warmUp >= 0 && warmUp <= 600)) {
            throw new IllegalArgumentException("rounds: 1 to 1000; seconds: up to 3600; warm-up: 0 to 600");
        }
    }
}
