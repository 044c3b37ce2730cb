package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.LedgerFold;
import io.weir.eventbus.Counts;
import io.weir.eventbus.Tally;

/**
 * The second opinion on the global totals: added up session by session when each ends, while the fold adds every delta to
 * its totals at once. One thread. Does not overflow before the fold's totals do, since it adds the same figures.
 */
final class RootSum {
    private Tally before = Tally.ZERO; // sessions that ended before the journal's first checkpoint
    private final Counts ended = new Counts();
    private final Counts row = new Counts();
    private boolean isOverflown;

    /** A session ended with these counts. */
    void ended(ConnectionInfo session) {
        if (session.isRoot()) {
            add(ended, session.counts());
        }
    }

    /** The fold took over a checkpoint: what it states beyond its open sessions belongs to ones that ended before. */
    void adopted(LedgerFold fold) {
        Tally open = openSum(fold);
        Tally all = fold.totals();
        before = new Tally(
                Math.max(0, all.up() - open.up()),
                Math.max(0, all.down() - open.down()),
                Math.max(0, all.overheadUp() - open.overheadUp()),
                Math.max(0, all.overheadDown() - open.overheadDown()),
                Math.max(0, all.originUp() - open.originUp()),
                Math.max(0, all.originDown() - open.originDown()));
        ended.clear();
    }

    /** The sum of all root sessions, open ones included. */
    Tally total(LedgerFold fold) {
        Counts sum = new Counts();
        add(sum, before);
        add(sum, ended.toTally());
        add(sum, openSum(fold));
        return sum.toTally();
    }

    /** Whether a sum passed 2^63−1, so that there is nothing to compare. */
    boolean isOverflown() {
        return isOverflown;
    }

    private Tally openSum(LedgerFold fold) {
        Counts sum = new Counts();
        fold.forEachOpen(session -> {
            if (session.isRoot()) {
                add(sum, session.counts());
            }
        });
        return sum.toTally();
    }

    private void add(Counts sum, Tally tally) {
        row.set(
                tally.up(),
                tally.down(),
                tally.overheadUp(),
                tally.overheadDown(),
                tally.originUp(),
                tally.originDown());
        try {
            sum.addExact(row);
        } catch (ArithmeticException overflow) {
            isOverflown = true;
        }
    }
}
