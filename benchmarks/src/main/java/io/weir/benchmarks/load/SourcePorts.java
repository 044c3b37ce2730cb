package io.weir.benchmarks.load;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Chooses the ports that connections come from, one after the other, below those that Linux gives out: asked for any free
 * port of an address, the kernel searches for milliseconds once most of them have been used in the last minute. One per
 * event loop, which is its thread.
 */
final class SourcePorts {
    /** How many may be in use before connecting is given up. */
    static final int MOST_TRIES = 1000;

    private static final int FIRST = 10_000;
    private static final int COUNT = 22_000;

    private int last = ThreadLocalRandom.current().nextInt(COUNT);

    int next() {
        last = (last + 1) % COUNT;
        return FIRST + last;
    }
}
