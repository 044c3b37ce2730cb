package io.weir.benchmarks.load;

import io.weir.benchmarks.load.LedgerTotals.Counts;

/**
 * How the ledger's counts of a run compare with those on the clients' sockets. Immutable.
 *
 * @param ledger what the ledger gained
 * @param clients what the clients counted
 * @param isExact whether the audit is content, nothing is open, and all four counts are equal to the byte; of a reset
 *     connection what was on its way down is lost, so its count may only be greater than the client's
 */
record Exactness(Counts ledger, Counts clients, boolean isExact) {
    static Exactness compare(LoadResult result, LedgerTotals before, LedgerTotals after) {
        Counts orderly = after.orderly().minus(before.orderly());
        Counts expected = Counts.of(result.orderly());
        Counts resets = after.resets().minus(before.resets());
        boolean isExact = after.isOk()
                && after.open() == 0
                && orderly.equals(expected)
                && isWhatResetsMayCount(resets, Counts.of(result.resets()));
        return new Exactness(orderly, expected, isExact);
    }

    private static boolean isWhatResetsMayCount(Counts ledger, Counts clients) {
        return ledger.up() == clients.up()
                && ledger.overheadUp() == clients.overheadUp()
                && ledger.overheadDown() == clients.overheadDown()
                && ledger.down() >= clients.down();
    }

    @Override
    public String toString() {
        return isExact ? "exact" : "NOT EXACT: the ledger has " + ledger + ", the clients " + clients;
    }
}
