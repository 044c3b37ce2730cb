package io.weir.aggregator.journal;

import java.io.IOException;

/** Where records are appended. One thread at a time. */
public interface Journal extends AutoCloseable {
    /**
     * Appends one record. When it returns, the record survives the end of this process, but not yet that of the machine.
     *
     * @param firstSequence the record's first event
     * @throws IOException if it could not be written, or nobody knows; {@link #reopen} finds out
     */
    void append(long firstSequence, byte[] bytes, int offset, int length) throws IOException;

    /** Whether the clock says that the next record begins another file than the last one's. */
    boolean isTurning();

    /** Where the record is that was appended last. */
    JournalPosition lastRecord();

    /**
     * Makes everything that was appended survive the end of the machine.
     *
     * @throws IOException if that failed; then it must not be claimed for what was appended so far, whatever a later
     *     call says, because the system may have dropped the pages that it could not write
     */
    void sync() throws IOException;

    /**
     * Starts over after a failed append, and looks what was written.
     *
     * @return the last event in the journal
     * @throws IOException if the journal still can't be written
     */
    long reopen() throws IOException;

    @Override
    void close() throws IOException;
}
