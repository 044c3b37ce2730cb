package io.weir.proxyengine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Which clients have shown that they accept our certificate for a host, by using a tunnel to it that is read. Forgets; holds a bounded number.
 * Any thread.
 *
 * <p>A tunnel that is left unused says that a client expects another certificate, or that a browser had opened more than it needed: it opens
 * several and closes all but one as soon as that turns out to speak HTTP/2, and cancels handshakes of pages that nobody waits for. One that is left
 * right after the handshake is taken for a refusal, and the second that is left within it. A client that has used one is believed to be a browser, until
 * it has left {@value #LEFT_IN_A_ROW} others in a row, none of them soon after that: there may be another program at its address.
 */
final class Acceptance {
    private static final int MAX = 10_000;
    private static final int LEFT_IN_A_ROW = 8;
    private static final int CANCELLED_IN_A_ROW = 2;
    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final long SOON_NANOS = 60_000_000_000L;

    private record Key(String name, int port, InetAddress client) {}

    /** Immutable. */
    private record Seen(boolean isUsed, long usedNanos, int leftSince) {
        Seen left(long now) {
            boolean isSoon = isUsed && now - usedNanos < SOON_NANOS;
            return isSoon ? this : new Seen(isUsed, usedNanos, leftSince + 1);
        }
    }

    private final Cache<Key, Seen> clients = Caffeine.newBuilder()
            .maximumSize(MAX)
            .expireAfterWrite(REMEMBERED)
            .executor(Runnable::run)
            .build();
    private final LongSupplier nanoClock;

    Acceptance(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    void used(String name, int port, InetAddress client) {
        clients.put(new Key(name, port, client), new Seen(true, nanoClock.getAsLong(), 0));
    }

    /**
     * Notes that a tunnel was left unused; returns whether that is to be taken for a refusal.
     *
     * @param inHandshake whether the client has left before the handshake was over
     */
    boolean leftUnused(String name, int port, InetAddress client, boolean inHandshake) {
        long now = nanoClock.getAsLong();
        Seen seen = clients.asMap()
                .merge(new Key(name, port, client), new Seen(false, now, 1), (before, one) -> before.left(now));
        int enough = seen.isUsed() ? LEFT_IN_A_ROW : inHandshake ? CANCELLED_IN_A_ROW : 1;
        return seen.leftSince() >= enough;
    }

    /** Whether the client has used a tunnel, and left none unused since. */
    boolean isFresh(String name, int port, InetAddress client) {
        Seen seen = clients.getIfPresent(new Key(name, port, client));
        return seen != null && seen.isUsed() && seen.leftSince() == 0;
    }
}
