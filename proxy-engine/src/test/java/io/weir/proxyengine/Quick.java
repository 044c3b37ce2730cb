package io.weir.proxyengine;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;

/** For what has to be quick: a machine that has other work is slow now and then, an engine that waits for something is slow each time. */
final class Quick {
    private static final int ATTEMPTS = 10;

    private Quick() {}

    /** The first attempt that took less than {@code limit}; the last of ten if none did, for the test to find fault with. */
    static <T> T attempt(Duration limit, Function<T, Duration> took, Callable<T> attempt) throws Exception {
        T last = attempt.call();
        for (int i = 1; i < ATTEMPTS && took.apply(last).compareTo(limit) >= 0; i++) {
            last = attempt.call();
        }
        return last;
    }
}
