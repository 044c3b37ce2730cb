package io.weir.replaytool;

import io.weir.aggregator.Gap;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.util.List;
import java.util.Map;

/**
 * What an audit found. Immutable.
 *
 * @param findings why the journal is violated, in the order of the journal; empty if it is not
 * @param isStopped whether a part of the journal could not be read
 * @param isUnfinished whether the last record was being written, or its writer died over it; no fault
 * @param firstSequence first event that was read
 * @param sequence last event that was read
 * @param firstMillis time of the first event, in ms since the epoch
 * @param lastMillis time of the last event
 * @param records how many records were read
 * @param events how many events were read
 * @param skipped how many of them came before the first checkpoint of a journal without its beginning
 * @param nodeId who wrote it
 * @param boots how many starts of the node it holds
 * @param lastBoot the number of the latest
 * @param sessions how many sessions were ever opened
 * @param open how many of them are open
 * @param totals sum over root sessions of all time
 * @param closedByReason how many sessions were closed for each reason
 * @param gaps the gaps that the journal records
 * @param gapCount how many gaps it records, exactly
 * @param omissions what the journal states to be no longer in it
 */
record AuditReport(
        List<Finding> findings,
        boolean isStopped,
        boolean isUnfinished,
        long firstSequence,
        long sequence,
        long firstMillis,
        long lastMillis,
        long records,
        long events,
        long skipped,
        String nodeId,
        long boots,
        long lastBoot,
        long sessions,
        long open,
        Tally totals,
        Map<CloseReason, Long> closedByReason,
        List<Gap> gaps,
        long gapCount,
        Omissions omissions) {

    AuditReport {
        findings = List.copyOf(findings);
        gaps = List.copyOf(gaps);
    }

    /** Of a reading that added nothing up. */
    static AuditReport ofNoSums(ReadOutcome outcome, String nodeId, List<Finding> findings, Omissions omissions) {
        return new AuditReport(
                findings,
                outcome.isStopped(),
                outcome.isUnfinished(),
                outcome.firstSequence(),
                outcome.lastSequence(),
                0,
                0,
                outcome.records(),
                outcome.events(),
                0,
                nodeId,
                0,
                0,
                0,
                0,
                Tally.ZERO,
                Map.of(),
                List.of(),
                0,
                omissions);
    }

    boolean isOk() {
        return findings.isEmpty();
    }

    /** The word for it. */
    String verdict() {
        return isOk() ? "ok" : "violated";
    }

    int exitStatus() {
        if (isStopped) {
            return ExitStatus.UNREADABLE;
        }
        return isOk() ? ExitStatus.OK : ExitStatus.VIOLATED;
    }
}
