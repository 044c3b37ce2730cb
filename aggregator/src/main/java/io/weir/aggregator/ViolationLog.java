package io.weir.aggregator;

import io.weir.eventbus.LedgerEvent.ConservationViolated;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The violations that the fold found and those that the journal records, each counted once. One thread.
 *
 * <p>A violation is found by the fold and then journaled by the live aggregator, so a replay meets it twice: as a
 * finding of its own and as an event. The event settles the finding. What stays unsettled was found in a journal whose
 * writer died in between, or by somebody who only reads. The count is exact; the list keeps the first ones.
 */
final class ViolationLog {
    static final int LISTED = 1_000;
    private static final int UNSETTLED_KEPT = 65_536;

    private final ArrayDeque<Violation> unsettled = new ArrayDeque<>();
    private final List<Violation> settled = new ArrayList<>();
    private long unsettledNotKept;
    private long recorded;

    void found(long sequence, long atMillis, ConservationViolated finding) {
        if (unsettled.size() < UNSETTLED_KEPT) {
            unsettled.addLast(new Violation(sequence, atMillis, finding));
        } else {
            unsettledNotKept++;
        }
    }

    void recorded(long sequence, long atMillis, ConservationViolated event) {
        recorded++;
        Violation first = unsettled.peekFirst();
        if (first != null && first.finding().equals(event)) {
            unsettled.removeFirst();
        } else if (first == null && unsettledNotKept > 0) {
            unsettledNotKept--;
        }
        if (settled.size() < LISTED) {
            settled.add(new Violation(sequence, atMillis, event));
        }
    }

    /** Starts again with a count that a checkpoint states. */
    void startAt(long recordedBefore) {
        unsettled.clear();
        settled.clear();
        unsettledNotKept = 0;
        recorded = recordedBefore;
    }

    /** The oldest finding that the journal does not record yet. */
    @Nullable ConservationViolated firstUnsettled() {
        Violation first = unsettled.peekFirst();
        return first == null ? null : first.finding();
    }

    /** How many the journal records. */
    long recorded() {
        return recorded;
    }

    /** How many there are, recorded or not. */
    long count() {
        return recorded + unsettled.size() + unsettledNotKept;
    }

    /** The first {@link #LISTED} of them since the fold began. */
    List<Violation> list() {
        List<Violation> all = new ArrayList<>(settled);
        for (Violation violation : unsettled) {
            if (all.size() >= LISTED) {
                break;
            }
            all.add(violation);
        }
        return List.copyOf(all);
    }
}
