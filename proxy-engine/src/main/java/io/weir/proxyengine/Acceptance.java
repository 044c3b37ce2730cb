package io.weir.proxyengine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which clients have shown that they accept our certificate for a host, by using a tunnel to it that is read. Forgets; holds a bounded number.
 * Any thread.
 *
 * <p>A tunnel that is left unused says that a client expects another certificate, or that a browser had opened more than it needed: it opens
 * several and closes all but one as soon as that turns out to speak HTTP/2. A client that has used one is believed to be a browser, until it has left
 * {@value #LEFT_IN_A_ROW} others in a row: there may be another program at its address.
 */
final class Acceptance {
    private static final int MAX = 10_000;
    private static final int LEFT_IN_A_ROW = 8;
    private static final Duration REMEMBERED = Duration.ofDays(1);

    private record Key(String name, int port, InetAddress client) {}

    private final Cache<Key, AtomicInteger> leftSinceUse = Caffeine.newBuilder()
            .maximumSize(MAX)
            .expireAfterWrite(REMEMBERED)
            .executor(Runnable::run)
            .build();

    void used(String name, int port, InetAddress client) {
        leftSinceUse.put(new Key(name, port, client), new AtomicInteger());
    }

    /** Notes that a tunnel was left unused; returns whether that is to be taken for a refusal. */
    boolean leftUnused(String name, int port, InetAddress client) {
        AtomicInteger left = leftSinceUse.getIfPresent(new Key(name, port, client));
        return left == null || left.incrementAndGet() >= LEFT_IN_A_ROW;
    }

    /** Whether the client has used a tunnel, and left none unused since. */
    boolean isFresh(String name, int port, InetAddress client) {
        AtomicInteger left = leftSinceUse.getIfPresent(new Key(name, port, client));
        return left != null && left.get() == 0;
    }
}
