package io.weir.aggregator;

import java.nio.file.Path;

/**
 * How the ledger is doing. Immutable; a moment's view, whose figures may be some events apart.
 *
 * @param sequence last event in the journal and the fold; it survives the end of the process
 * @param syncedSequence last event that survives the end of the machine
 * @param state whether the journal is being written
 * @param reason why it is not; empty if it is
 * @param violations conservation violations of all time
 * @param backlog slots of the ring that wait
 * @param slots slots of the ring in all
 * @param merges deltas merged because the ring was full
 * @param waits times that a session found the ring full
 * @param journalFolder where the journal is
 * @param nodeId stable name of this install
 * @param boot number of this start
 * @param recoveredSequence last event of earlier starts that was found; later ones may be other events than an earlier start showed
 * @param recoveryMillis how long it took to read the journal at the start
 * @param syncedAtMillis when the journal was synced last, in ms since the epoch; nothing is synced while nothing happens
 * @param countingSinceMillis when the journal's first event happened, in ms since the epoch; 0 if it is not there any more
 * @param sealedSequence the last seal of this start: everything before it is sealed; 0 if nothing is
 * @param freeBytes what was free on the journal's disk when it was looked at last
 */
public record LedgerHealth(
        long sequence,
        long syncedSequence,
        JournalState state,
        String reason,
        long violations,
        long backlog,
        int slots,
        long merges,
        long waits,
        Path journalFolder,
        String nodeId,
        long boot,
        long recoveredSequence,
        long recoveryMillis,
        long syncedAtMillis,
        long countingSinceMillis,
        long sealedSequence,
        long freeBytes) {}
