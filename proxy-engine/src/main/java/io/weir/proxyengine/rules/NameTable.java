package io.weir.proxyengine.rules;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A set of names, each of which means itself, what is below it, or both; made for millions. Immutable.
 *
 * <pre>
 * names = { flags: 1, length: 1, name: length }        one after the other
 * slots = tag: 32 | place in names + 1: 32             0 if empty; the next slot follows if it is taken
 * </pre>
 *
 * <p>The tag is of the hash, so that names are read only where they are likely to be right; and then they are compared, so that there is no mistake. A slot is 8
 * bytes and three in four are taken: a name costs its length and 13 bytes.
 */
final class NameTable {
    static final NameTable EMPTY = new Builder().build();

    private static final int ITSELF = 1;
    private static final int BELOW = 2;
    private static final long TAG = 0xffff_ffff_0000_0000L;

    private final byte[] names;
    private final long[] slots;
    private final int size;

    private NameTable(byte[] names, long[] slots, int size) {
        this.names = names;
        this.slots = slots;
        this.size = size;
    }

    /** Whether a name of the table means this host. Allocates nothing. */
    boolean matches(HostName host) {
        if (size == 0) {
            return false;
        }
        int last = host.ends() - 1;
        for (int end = 0; end <= last; end++) {
            if ((flags(host, end) & (end == last ? ITSELF : BELOW)) != 0) {
                return true;
            }
        }
        return false;
    }

    private int flags(HostName host, int end) {
        long hash = mixed(host.hash(end));
        for (int at = first(hash, slots.length); slots[at] != 0; at = next(at, slots.length)) {
            int place = (int) slots[at] - 1;
            if (((slots[at] ^ tag(hash)) & TAG) == 0 && isAt(place, host.text(), host.start(end))) {
                return names[place];
            }
        }
        return 0;
    }

    private boolean isAt(int place, String text, int from) {
        int length = names[place + 1] & 0xff;
        if (length != text.length() - from) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (names[place + 2 + i] != text.charAt(from + i)) {
                return false;
            }
        }
        return true;
    }

    private static long mixed(long hash) {
        long mixed = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        return mixed ^ (mixed >>> 33);
    }

    private static int first(long hash, int slots) {
        return (int) (((hash & 0x7fff_ffff) * slots) >>> 31);
    }

    private static int next(int at, int slots) {
        return at + 1 == slots ? 0 : at + 1;
    }

    private static long tag(long hash) {
        return hash & TAG;
    }

    /** How many names. */
    int size() {
        return size;
    }

    /** What it takes in memory. */
    long bytes() {
        return names.length + 8L * slots.length;
    }

    /** Collects names. One thread. */
    static final class Builder {
        /** More would not fit into an array. */
        static final int BYTES_MAX = 1 << 30;

        private byte[] names = new byte[64];
        private int used;
        private int count;

        /**
         * Adds one.
         *
         * @param name as {@link HostName#name} has it
         * @return whether there is room
         */
        boolean add(String name, boolean itself, boolean below) {
            if (used + 2 + name.length() > BYTES_MAX) {
                return false;
            }
            if (used + 2 + name.length() > names.length) {
                names = Arrays.copyOf(names, Math.min(BYTES_MAX, names.length + names.length / 2 + 256));
            }
            names[used] = (byte) ((itself ? ITSELF : 0) | (below ? BELOW : 0));
            names[used + 1] = (byte) name.length();
            byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
            System.arraycopy(bytes, 0, names, used + 2, bytes.length);
            used += 2 + bytes.length;
            count++;
            return true;
        }

        NameTable build() {
            byte[] kept = Arrays.copyOf(names, used);
            long[] slots = new long[(int) Math.min(Integer.MAX_VALUE - 8, count * 4L / 3 + 1)];
            int distinct = 0;
            for (int place = 0; place < used; place += 2 + (kept[place + 1] & 0xff)) {
                distinct += put(kept, slots, place) ? 1 : 0;
            }
            return new NameTable(kept, slots, distinct);
        }

        private static boolean put(byte[] names, long[] slots, int place) {
            int length = names[place + 1] & 0xff;
            long hash = mixed(HostName.hash(names, place + 2, place + 2 + length));
            int at = first(hash, slots.length);
            for (; slots[at] != 0; at = next(at, slots.length)) {
                int other = (int) slots[at] - 1;
                boolean same = ((slots[at] ^ tag(hash)) & TAG) == 0
                        && Arrays.equals(
                                names,
                                place + 1,
                                place + 2 + length,
                                names,
                                other + 1,
                                Math.min(names.length, other + 2 + length));
                if (same) {
                    names[other] |= names[place];
                    return false;
                }
            }
            slots[at] = tag(hash) | (place + 1);
            return true;
        }
    }
}
