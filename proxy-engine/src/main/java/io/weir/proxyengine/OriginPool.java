package io.weir.proxyengine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The idle, clean origin connections of one event loop, by authority, or by upstream; the one used last is taken first. Event loop only.
 *
 * <p>Clean means: the last response ended as its framing said, the request had been sent whole, and not a byte came
 * after it. A connection that says anything while it is here, or ends, leaves at once.
 */
final class OriginPool {
    private static final int IDLE_PER_AUTHORITY = 64;

    private final Map<Object, ArrayDeque<OriginHandler>> idle = new HashMap<>();
    private final Sweep sweep;
    private long idleNanos;
    private final int idleMax;
    private final LongConsumer unasked;
    private int size;
    private boolean closed;
    private boolean keeps = true;

    /**
     * Makes an empty pool.
     *
     * @param idleMax connections at most; each takes a file that no client can have then
     * @param unasked counts what an upstream says on an idle connection
     */
    OriginPool(Sweep sweep, long idleNanos, int idleMax, LongConsumer unasked) {
        this.unasked = unasked;
        this.sweep = sweep;
        this.idleNanos = idleNanos;
        this.idleMax = idleMax;
    }

    /**
     * A connection that was idle for no longer than {@code maxIdleNanos}; null if there is none.
     *
     * @param refused what the policy says of addresses now
     * @param ruling what the rules say of who takes it, which may depend on the address; null if there are none
     */
    @Nullable OriginHandler take(
            Authority authority, @Nullable Ruling ruling, Predicate<InetSocketAddress> refused, long maxIdleNanos) {
        ArrayDeque<OriginHandler> connections = idle.get(authority);
        if (connections == null) {
            return null;
        }
        OriginHandler newest = connections.getLast();
        InetAddress destination = newest.destination();
        boolean isRefused = destination != null && refused.test(new InetSocketAddress(destination, authority.port()));
        if (isRefused || (ruling != null && !ruling.allows(destination))) {
            return null;
        }
        if (sweep.nowNanos() - newest.idleSinceNanos() > maxIdleNanos) {
            return null;
        }
        connections.removeLast();
        removed(newest, connections);
        return newest;
    }

    /**
     * One through an upstream, which has its own mind about addresses.
     *
     * @param key see {@link OriginHandler#key}
     */
    @Nullable OriginHandler take(Object key, long maxIdleNanos) {
        ArrayDeque<OriginHandler> connections = idle.get(key);
        if (connections == null || sweep.nowNanos() - connections.getLast().idleSinceNanos() > maxIdleNanos) {
            return null;
        }
        OriginHandler newest = connections.removeLast();
        removed(newest, connections);
        return newest;
    }

    /** Keeps a clean connection for later, or closes it if there is no room. */
    void put(OriginHandler connection) {
        ArrayDeque<OriginHandler> connections = idle.computeIfAbsent(connection.key(), ignored -> new ArrayDeque<>(2));
        if (closed || !keeps || size >= idleMax || connections.size() >= IDLE_PER_AUTHORITY) {
            connection.close();
        } else {
            connection.idleSince(sweep.nowNanos());
            connections.addLast(connection);
            size++;
            sweep.add(connection);
        }
        if (connections.isEmpty()) {
            idle.remove(connection.key());
        }
    }

    void remove(OriginHandler connection) {
        ArrayDeque<OriginHandler> connections = idle.get(connection.key());
        if (connections != null && connections.remove(connection)) {
            removed(connection, connections);
        }
    }

    private void removed(OriginHandler connection, ArrayDeque<OriginHandler> left) {
        size--;
        sweep.remove(connection);
        if (left.isEmpty()) {
            idle.remove(connection.key());
        }
    }

    /** An upstream has said so much and nobody had asked it. */
    void unasked(long bytes) {
        unasked.accept(bytes);
    }

    /** Another time to stay, from the next sweep on. */
    void idleNanos(long nanos) {
        idleNanos = nanos;
    }

    long idleNanos() {
        return idleNanos;
    }

    /** Whether what is put back is kept; if not, what is idle is closed, too. */
    void keep(boolean on) {
        keeps = on;
        if (!on) {
            closeIdle();
        }
    }

    /** Closes what is idle, and from now on what is put back. */
    void close() {
        closed = true;
        closeIdle();
    }

    private void closeIdle() {
        for (ArrayDeque<OriginHandler> connections : Map.copyOf(idle).values()) {
            while (!connections.isEmpty()) {
                OriginHandler connection = connections.getLast();
                remove(connection);
                connection.close();
            }
        }
    }
}
