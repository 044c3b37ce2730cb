package io.weir.aggregator;

import java.util.Arrays;

/**
 * A hash map from positive longs to ints that allocates only when it grows. Not thread-safe.
 *
 * <p>Open addressing with linear probing; a removal moves later keys of the same run back, so there are no tombstones.
 */
final class LongIntMap {
    static final int ABSENT = -1;

    private static final int INITIAL_CAPACITY = 64;

    private long[] keys = new long[INITIAL_CAPACITY];
    private int[] values = new int[INITIAL_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    /** The value, or {@link #ABSENT}. */
    int get(long key) {
        int mask = keys.length - 1;
        for (int i = home(key, mask); keys[i] != 0; i = (i + 1) & mask) {
            if (keys[i] == key) {
                return values[i];
            }
        }
        return ABSENT;
    }

    /** Sets the value of a key from 1 on. */
    void put(long key, int value) {
        if (key <= 0) {
            throw new IllegalArgumentException("a key must be positive, not " + key);
        }
        if (size * 2 >= keys.length) {
            grow();
        }
        int i = slotOf(key);
        if (keys[i] == 0) {
            keys[i] = key;
            size++;
        }
        values[i] = value;
    }

    void remove(long key) {
        int mask = keys.length - 1;
        int hole = slotOf(key);
        if (keys[hole] == 0) {
            return;
        }
        size--;
        for (int i = (hole + 1) & mask; keys[i] != 0; i = (i + 1) & mask) {
            int distanceFromHome = (i - home(keys[i], mask)) & mask;
            int distanceFromHole = (i - hole) & mask;
            if (distanceFromHome >= distanceFromHole) {
                keys[hole] = keys[i];
                values[hole] = values[i];
                hole = i;
            }
        }
        keys[hole] = 0;
    }

    void clear() {
        if (size > 0) {
            Arrays.fill(keys, 0);
            size = 0;
        }
    }

    private int slotOf(long key) {
        int mask = keys.length - 1;
        int i = home(key, mask);
        while (keys[i] != 0 && keys[i] != key) {
            i = (i + 1) & mask;
        }
        return i;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int slot = slotOf(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }

    private static int home(long key, int mask) {
        long mixed = key * 0x9E3779B97F4A7C15L; // Fibonacci hashing: ids are consecutive
        return (int) (mixed >>> 32) & mask;
    }
}
