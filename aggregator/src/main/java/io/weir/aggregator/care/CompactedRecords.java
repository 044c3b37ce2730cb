package io.weir.aggregator.care;

import io.weir.aggregator.care.DeltaWindow.Kept;
import io.weir.aggregator.journal.RecordEncoder;
import io.weir.aggregator.seal.SealKey;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.util.List;

/**
 * Writes events that keep their sequences although others between them are gone: in a record those that follow each other, and before
 * a record a statement of what is left out. One thread.
 */
final class CompactedRecords {
    private static final String CAUSE = "compacted";

    private final NewJournal journal;
    private final RecordEncoder record = new RecordEncoder();
    private boolean isOpen;
    private long recordMillis;

    CompactedRecords(NewJournal journal) {
        this.journal = journal;
    }

    void write(List<Kept> events) throws IOException {
        for (Kept each : events) {
            reach(each.sequence, each.atMillis);
            boolean hasOtherTime =
                    isOpen && each.event == null && each.atMillis != recordMillis; // a delta has its record's time
            if (hasOtherTime) {
                finish();
            }
            begin(each);
            if (!tryAdd(each)) {
                finish();
                begin(each);
                tryAdd(each);
            }
        }
        finish();
    }

    private void begin(Kept first) {
        if (!isOpen) {
            record.begin(first.sequence, first.atMillis);
            recordMillis = first.atMillis;
            isOpen = true;
        }
    }

    private boolean tryAdd(Kept each) {
        return each.event == null
                ? record.tryAddDelta(each.sessionId, each.delta)
                : record.tryAdd(each.atMillis, each.event);
    }

    private void finish() throws IOException {
        if (isOpen) {
            record.finish();
            journal.append(record);
            isOpen = false;
        }
    }

    /** States what is left out before an event. */
    private void reach(long sequence, long atMillis) throws IOException {
        long next = journal.next() + (isOpen ? record.count() : 0);
        if (sequence > next) {
            finish();
            journal.omit(sequence - 1, false, atMillis, CAUSE);
        }
    }

    /** Seals what was written, in the place of a seal of before. */
    void seal(long sequence, long atMillis, SealKey key, String nodeId, long boot) throws IOException {
        reach(sequence, atMillis);
        Seal seal = key.seal(journal.chain(), nodeId, boot, atMillis);
        journal.chain().sealed(seal);
        journal.append(atMillis, seal);
    }

    /** States a loss again. */
    void lost(long sequence, long lastSequence, long atMillis, String cause) throws IOException {
        reach(sequence, atMillis);
        journal.omit(lastSequence, true, atMillis, cause);
    }

    /** States what is left out at the end. */
    void end(long lastSequence, long atMillis) throws IOException {
        reach(lastSequence + 1, atMillis);
    }
}
