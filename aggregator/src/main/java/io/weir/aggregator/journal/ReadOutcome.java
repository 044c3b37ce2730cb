package io.weir.aggregator.journal;

import java.util.List;

/**
 * What one call of {@link JournalReader#read} met. Immutable.
 *
 * @param firstSequence the first event handed out; 0 if none was
 * @param lastSequence the last event that was ever read by this reader; 0 if none was
 * @param records how many records were handed out
 * @param events how many events were handed out
 * @param bytes how many bytes of files were passed
 * @param faults the first {@link JournalReader#FAULTS_LISTED} faults, in order
 * @param faultCount how many faults there were, exactly
 * @param isStopped whether a record of a later version, or a file that can't be read, stopped the reader
 * @param isUnfinished whether the last record was being written, or its writer died over it; no fault
 * @param position where the next call goes on; behind damage that nothing whole follows it is the place of the damage
 */
public record ReadOutcome(
        long firstSequence,
        long lastSequence,
        long records,
        long events,
        long bytes,
        List<JournalFault> faults,
        long faultCount,
        boolean isStopped,
        boolean isUnfinished,
        JournalPosition position) {

    /** Takes a copy of the list. */
    public ReadOutcome {
        faults = List.copyOf(faults);
    }

    /**
     * Whether the only fault is that the journal's last bytes are damaged, with no whole record after them: what a
     * machine leaves that ended before its pages were on disk.
     */
    public boolean isDamagedAtEndOnly() {
        return faultCount == 1
                && faults.get(0).kind() == FaultKind.CORRUPT_RECORD
                && faults.get(0).file().equals(position.file())
                && faults.get(0).offset() == position.offset();
    }

    /** Whether everything that was written could be read. */
    public boolean isClean() {
        return faultCount == 0;
    }
}
