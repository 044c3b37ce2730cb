package io.weir.proxyengine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names of hosts, and which ports are meant of them and of the hosts below. Filled by one thread, then read by any.
 *
 * <p>A host is read once, from its end: at each label the hash of what was read is complete, and looked up. So a look-up costs the same
 * however many names there are, and makes no string.
 */
final class HostTable {
    private static final int BUCKETS_MIN = 16;

    private final Ports every = new Ports();
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable Entry[] buckets = new Entry[BUCKETS_MIN];

    /** A name; {@code next} is another one of the same bucket. */
    private static final class Entry {
        final String name;
        final int hash;
        final Ports itself = new Ports();
        final Ports below = new Ports();

        @Nullable Entry next;

        Entry(String name, int hash) {
            this.name = name;
            this.hash = hash;
        }
    }

    /** A set of ports. */
    private static final class Ports {
        private final BitSet some = new BitSet(0);
        private boolean any;

        void add(int port) {
            any |= port == 0;
            some.set(port);
        }

        boolean has(int port) {
            return any || (port > 0 && some.get(port));
        }
    }

    /**
     * Adds.
     *
     * @param name in lower case; empty for every host
     * @param port 0 for any
     */
    void add(String name, boolean itself, boolean below, int port) {
        if (name.isEmpty()) {
            every.add(port);
            return;
        }
        Entry entry = entry(name);
        if (itself) {
            entry.itself.add(port);
        }
        if (below) {
            entry.below.add(port);
        }
    }

    private Entry entry(String name) {
        int hash = 0;
        for (int i = name.length() - 1; i >= 0; i--) {
            hash = next(hash, name.charAt(i));
        }
        Entry known = find(hash, name, 0, name.length());
        if (known != null) {
            return known;
        }
        var entry = new Entry(name, hash);
        entries.add(entry);
        if (entries.size() > buckets.length / 2) {
            buckets = new Entry[buckets.length * 2];
            entries.forEach(this::link);
        } else {
            link(entry);
        }
        return entry;
    }

    private void link(Entry entry) {
        int bucket = bucket(entry.hash);
        entry.next = buckets[bucket];
        buckets[bucket] = entry;
    }

    private int bucket(int hash) {
        return (hash ^ (hash >>> 15)) & (buckets.length - 1);
    }

    private static int next(int hash, char c) {
        return hash * 31 + c;
    }

    private @Nullable Entry find(int hash, String host, int from, int to) {
        for (Entry entry = buckets[bucket(hash)]; entry != null; entry = entry.next) {
            boolean same = entry.hash == hash && entry.name.length() == to - from;
            if (same && entry.name.regionMatches(true, 0, host, from, to - from)) {
                return entry;
            }
        }
        return null;
    }

    /** Whether {@code host}, up to {@code end}, is meant with that port. */
    boolean matches(String host, int end, int port) {
        if (every.has(port)) {
            return true;
        }
        int hash = 0;
        for (int i = end - 1; i >= 0; i--) {
            char c = host.charAt(i);
            hash = next(hash, c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
            if (i == 0 || host.charAt(i - 1) == '.') {
                Entry entry = find(hash, host, i, end);
                if (entry != null && (i == 0 ? entry.itself : entry.below).has(port)) {
                    return true;
                }
            }
        }
        return false;
    }
}
