package io.weir.wsgateway;

import io.weir.aggregator.LedgerHealth;
import io.weir.aggregator.Snapshot;

/**
 * Whose sequences a client of the topic {@code changes} was told. Immutable.
 *
 * <p>A node that lost the end of its journal with the machine gives the same numbers to other events. So the number of its start is
 * part of the name, and what an earlier start told holds up to what this one found of it.
 *
 * @param nodeId of the install
 * @param boot number of the start
 * @param recovered the last event that this start found
 */
record Generation(String nodeId, long boot, long recovered) {
    /** A replay counts on with each place that it was sent to, and nothing told before holds. */
    static Generation of(LedgerHealth health, Snapshot snapshot) {
        return new Generation(health.nodeId(), health.boot() + snapshot.generation(), health.recoveredSequence());
    }

    /** What it is called on the wire. */
    String name() {
        return nodeId + "." + boot;
    }

    /** Whether a sequence of the generation with that name is one of this, too: of this start, or of the one before if it was found. */
    boolean hasShown(long sequence, String name) {
        return name.equals(name()) || (name.equals(nodeId + "." + (boot - 1)) && sequence <= recovered);
    }
}
