package io.weir.aggregator;

/** Whether the ledger is being written. */
public enum JournalState {
    /** It is. */
    OK,
    /** It can't be for now: events are kept in memory, deltas merged, and no session may begin. It is tried again. */
    DEGRADED,
    /** Something was promised that can't be kept, until the node is started again. No session may begin. */
    FAILED
}
