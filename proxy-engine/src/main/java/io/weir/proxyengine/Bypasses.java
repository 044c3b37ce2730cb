package io.weir.proxyengine;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.net.InetAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Hosts that are passed on unread for a while, because interception would break them: for all clients, or for the one that does not
 * accept our certificate. Forgets; holds a bounded number. Any thread.
 */
final class Bypasses {
    private static final int MAX = 10_000;

    /** Both names: a client that asks one host for the name of another can't make the other's pass unread. */
    private record Key(
            String name, Authority connected, @Nullable InetAddress client) {}

    private enum Cause {
        KNOWN,
        GUESSED
    }

    private final Cache<Key, Cause> hosts;

    Bypasses(Duration time) {
        hosts = Caffeine.newBuilder()
                .maximumSize(MAX)
                .expireAfterWrite(time)
                .executor(Runnable::run)
                .build();
    }

    /**
     * Adds a host.
     *
     * @param name that the client wants to speak to
     * @param connected where it is connected
     * @param client for whom; null for all
     */
    void add(String name, Authority connected, @Nullable InetAddress client) {
        hosts.put(new Key(name, connected, client), Cause.KNOWN);
    }

    /** Adds one of which it is likely, not certain, that the client does not accept our certificate. */
    void addGuess(String name, Authority connected, InetAddress client) {
        hosts.put(new Key(name, connected, client), Cause.GUESSED);
    }

    /** Takes back what was only likely; returns whether there was something. */
    boolean removeGuess(String name, Authority connected, InetAddress client) {
        var key = new Key(name, connected, client);
        return hosts.getIfPresent(key) == Cause.GUESSED && hosts.asMap().remove(key, Cause.GUESSED);
    }

    boolean has(String name, Authority connected, InetAddress client) {
        return hosts.getIfPresent(new Key(name, connected, null)) != null
                || hosts.getIfPresent(new Key(name, connected, client)) != null;
    }
}
