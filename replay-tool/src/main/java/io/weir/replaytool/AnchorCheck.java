package io.weir.replaytool;

import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.seal.Anchor;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.replaytool.Break.Kind;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Looks for the anchored seals among those that the chain follows. One thread. */
final class AnchorCheck {
    private final List<Anchor> anchors;
    private final Set<Long> sequences = new HashSet<>();
    private final Set<Anchor> found = new HashSet<>();

    AnchorCheck(List<Anchor> anchors) {
        this.anchors = anchors.stream()
                .distinct()
                .sorted(Comparator.comparingLong(Anchor::sequence))
                .toList();
        this.anchors.forEach(each -> sequences.add(each.sequence()));
    }

    /** A seal of the chain. */
    void sealed(Seal seal, long atMillis) {
        if (sequences.contains(seal.lastSequence() + 1)) {
            Anchor of = Anchor.of(seal, atMillis);
            anchors.stream().filter(of::equals).forEach(found::add);
        }
    }

    /** What the anchors that were not found say about a journal with these ends. */
    void report(Breaks breaks, long firstSequence, long lastSequence, boolean isStopped) {
        for (Anchor each : anchors) {
            if (found.contains(each) || isBefore(each, firstSequence) || isStopped) {
                continue;
            }
            String seal = "the anchored seal of " + Figures.time(each.atMillis()) + " at sequence " + each.sequence();
            if (each.sequence() > lastSequence) {
                breaks.add(
                        Kind.TRUNCATED,
                        lastSequence + 1,
                        JournalPosition.BEGINNING,
                        "the journal ends at sequence " + lastSequence + ", before " + seal);
            } else {
                breaks.add(
                        Kind.REWRITTEN,
                        each.sequence(),
                        JournalPosition.BEGINNING,
                        seal + " of node " + each.nodeId() + " is not there");
            }
        }
    }

    /** Whether the journal begins behind an anchor, so that nothing can be said about it. */
    private static boolean isBefore(Anchor anchor, long firstSequence) {
        return anchor.sequence() < firstSequence;
    }

    /** Up to which sequence the journal is what somebody elsewhere knows it was; 0 if up to none. */
    long anchoredSequence() {
        return found.stream().mapToLong(Anchor::sequence).max().orElse(0);
    }

    int given() {
        return anchors.size();
    }

    int foundCount() {
        return found.size();
    }

    /** How many lie before the journal's beginning. */
    long before(long firstSequence) {
        return anchors.stream().filter(each -> isBefore(each, firstSequence)).count();
    }
}
