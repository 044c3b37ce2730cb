package io.weir.aggregator.history;

/** Says whether somebody still waits for an answer. Asked on the reading thread, every few hundred records. */
@FunctionalInterface
public interface ScanControl {
    /** Whether to read on. */
    boolean mayGoOn();
}
