package io.weir.benchmarks.load;

/**
 * What Weir's ledger says. Immutable.
 *
 * @param isOk whether the audit found nothing wrong
 * @param open sessions that are not closed
 * @param orderly counts of all sessions but the resets'; of all, if the rows were not read
 * @param resets counts of the sessions whose clients reset them, if the rows were read
 */
record LedgerTotals(boolean isOk, long sessions, long open, Counts orderly, Counts resets) {
    /** Nothing yet. */
    static final LedgerTotals NOTHING = new LedgerTotals(true, 0, 0, Counts.NOTHING, Counts.NOTHING);

    /** Bytes of clients' sockets. */
    record Counts(long up, long down, long overheadUp, long overheadDown) {
        static final Counts NOTHING = new Counts(0, 0, 0, 0);

        static Counts of(Moved moved) {
            return new Counts(moved.up(), moved.down(), moved.overheadUp(), moved.overheadDown());
        }

        Counts plus(Counts other) {
            return new Counts(
                    up + other.up, down + other.down, overheadUp + other.overheadUp, overheadDown + other.overheadDown);
        }

        Counts minus(Counts other) {
            return new Counts(
                    up - other.up, down - other.down, overheadUp - other.overheadUp, overheadDown - other.overheadDown);
        }
    }
}
