package io.weir.aggregator.journal;

/**
 * A place between two records. Immutable.
 *
 * @param file name of the file in the journal's folder; empty before the first
 * @param offset byte offset in it
 * @param sequence the last event before the place; 0 at the beginning
 */
public record JournalPosition(String file, long offset, long sequence) {
    /** Before the first record. */
    public static final JournalPosition BEGINNING = new JournalPosition("", 0, 0);
}
