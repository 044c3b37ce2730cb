package io.weir.aggregator.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Collects the newest of what is found in stretches of the journal that are read from the newest backwards, each of them
 * forwards. It holds one more than the limit, which says that there is more. One thread.
 */
final class NewestFirst<T> {
    private final int limit;
    private final List<T> found = new ArrayList<>(); // in the stretches before, the newest first
    private final ArrayDeque<T> stretch = new ArrayDeque<>();

    NewestFirst(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit=" + limit + ": must be 1 or more");
        }
        this.limit = limit;
    }

    /** In the order of the journal. */
    void add(T item) {
        if (stretch.size() > limit - found.size()) {
            stretch.removeFirst();
        }
        stretch.addLast(item);
    }

    /** What comes next is older than all so far. */
    void endStretch() {
        for (Iterator<T> newest = stretch.descendingIterator(); newest.hasNext(); ) {
            found.add(newest.next());
        }
        stretch.clear();
    }

    /** Whether nothing older changes the answer. */
    boolean isFull() {
        return found.size() > limit;
    }

    List<T> page() {
        return found.subList(0, Math.min(limit, found.size()));
    }
}
