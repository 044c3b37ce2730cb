package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.JournalGap;
import java.util.ArrayList;
import java.util.List;

/** The gaps that were recorded since the fold began: all are counted, the first are listed. One thread. */
final class GapLog {
    private final List<Gap> first = new ArrayList<>();
    private long count;

    void recorded(long sequence, JournalGap gap) {
        count++;
        if (first.size() < LedgerFold.GAPS_LISTED) {
            first.add(new Gap(sequence, gap));
        }
    }

    long count() {
        return count;
    }

    List<Gap> list() {
        return List.copyOf(first);
    }
}
