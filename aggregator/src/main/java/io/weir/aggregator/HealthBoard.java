package io.weir.aggregator;

/** What the consumer thread tells others about itself. Written by that thread (and before it starts); any thread reads. */
final class HealthBoard {
    /** State and reason change together. */
    record Condition(JournalState state, String reason) {
        static final Condition OK = new Condition(JournalState.OK, "");
    }

    private volatile long sequence;
    private volatile long syncedSequence;
    private volatile long syncedAtMillis;
    private volatile long freeBytes;
    private volatile long sealedSequence;
    private volatile long violations;
    private volatile long caughtUpAtNanos = System.nanoTime();
    private volatile boolean isHolding;
    private volatile Condition condition = Condition.OK;

    void folded(LedgerFold fold) {
        sequence = fold.sequence();
        violations = fold.violations();
    }

    void sealed(long upTo) {
        sealedSequence = upTo;
    }

    void synced(long upTo, long atMillis) {
        syncedSequence = upTo;
        syncedAtMillis = atMillis;
    }

    void freeBytes(long onDisk) {
        freeBytes = onDisk;
    }

    /** All that was taken is journaled, or is held because it can't be. */
    void worked(boolean holds) {
        isHolding = holds;
        if (!holds) {
            caughtUpAtNanos = System.nanoTime();
        }
    }

    /** How long something waits to be journaled, half a second too long at most. */
    long lagNanos(boolean isWaiting) {
        return isWaiting || isHolding ? Math.max(0, System.nanoTime() - caughtUpAtNanos) : 0;
    }

    void condition(Condition now) {
        condition = now;
    }

    long sequence() {
        return sequence;
    }

    long syncedSequence() {
        return syncedSequence;
    }

    long sealedSequence() {
        return sealedSequence;
    }

    long syncedAtMillis() {
        return syncedAtMillis;
    }

    long freeBytes() {
        return freeBytes;
    }

    long violations() {
        return violations;
    }

    Condition condition() {
        return condition;
    }
}
