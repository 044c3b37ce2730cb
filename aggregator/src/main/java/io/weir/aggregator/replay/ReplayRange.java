package io.weir.aggregator.replay;

import io.weir.aggregator.history.JournalLocator;
import io.weir.aggregator.history.Moment;

/**
 * Which part of a journal is played. Immutable.
 *
 * @param first the first event of it
 * @param last the last event of it, that one included
 * @param fromMillis when it begins, in ms since the epoch
 * @param toMillis when its last event happened, in ms since the epoch
 */
public record ReplayRange(long first, long last, long fromMillis, long toMillis) {
    /**
     * All that is in the journal now from one sequence to another, both included.
     *
     * @param last {@link Long#MAX_VALUE} for the journal's end
     */
    public static ReplayRange of(long first, long last, JournalLocator locator) {
        Moment begin = locator.first();
        Moment from = first <= begin.sequence() ? begin : locator.momentOf(first);
        Moment to = locator.momentOf(last);
        return new ReplayRange(Math.max(first, begin.sequence()), to.sequence(), from.atMillis(), to.atMillis());
    }

    /** Whether there is nothing in it. */
    public boolean isEmpty() {
        return last == 0 || first > last;
    }

    /** The nearest event of it, or the one before its first. */
    long nearest(long sequence) {
        return Math.max(first - 1, Math.min(last, sequence));
    }
}
