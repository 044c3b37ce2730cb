package io.weir.aggregator;

/**
 * Goes through the sessions of a snapshot that changed after a sequence, each once. One thread; the snapshot stays as it is
 * however long that takes.
 */
public interface SessionChanges {
    /** Moves on to the next session; false at the end. */
    boolean next();

    /** The session moved on to, with all its figures: open, or closed with its final ones. */
    ConnectionInfo info();

    /** Whether more than its counts changed: it was opened, connected, detected or closed after the sequence. */
    boolean isWhole();

    /** Another one at the same place. */
    SessionChanges copy();
}
