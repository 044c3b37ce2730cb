package io.weir.aggregator.journal;

/**
 * Something wrong at one place of a journal. Immutable.
 *
 * @param kind what
 * @param file name of the file in the journal's folder
 * @param offset byte offset in it
 * @param afterSequence last event read before it; 0 if none was
 * @param what what was found, for people
 */
public record JournalFault(FaultKind kind, String file, long offset, long afterSequence, String what) {
    /** The fault as one line: {@code journal 20261123-10F.cq4: record at offset 81204 … (after sequence 512)}. */
    @Override
    public String toString() {
        return "journal " + file + ": record at offset " + offset + " " + what + " (after sequence " + afterSequence
                + ")";
    }
}
