package io.weir.wsgateway;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts wrong tokens by address, so that guessing is slow and logs stay short. Event loop of the gateway.
 *
 * <p>Only further wrong ones are refused: the right token is let in at any time, or anybody on the same machine could lock
 * its owner out.
 */
final class WrongTokens {
    private static final int MAX_PER_MINUTE = 10;
    private static final int MAX_SOURCES = 1024;
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private record Window(long beganNanos, int attempts) {}

    private final LongSupplier nanoTime;
    private long count;
    private final Map<InetAddress, Window> windows = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<InetAddress, Window> eldest) {
            return size() > MAX_SOURCES;
        }
    };

    WrongTokens(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Counts a wrong one, and says whether that is one too many. */
    boolean isOneTooMany(InetAddress source) {
        count++;
        long now = nanoTime.getAsLong();
        Window before = windows.get(source);
        Window window = before == null || now - before.beganNanos() >= MINUTE_NANOS
                ? new Window(now, 1)
                : new Window(before.beganNanos(), Math.min(before.attempts() + 1, MAX_PER_MINUTE + 1));
        windows.put(source, window);
        return window.attempts() > MAX_PER_MINUTE;
    }

    /** How many there were. */
    long count() {
        return count;
    }
}
