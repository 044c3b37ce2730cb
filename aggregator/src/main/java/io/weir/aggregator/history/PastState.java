package io.weir.aggregator.history;

import io.weir.aggregator.FoldThenShow;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.journal.EnoughException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;

/**
 * The state of a journal after an event, from the last checkpoint before it. One thread.
 *
 * @param fold the state; not to be asked before {@link LedgerFold#isStarted()}
 * @param exchanges the last ones of those since the checkpoint
 * @param begin where folding began: a checkpoint's first record, or the journal's beginning
 * @param events how many were folded
 * @param missing how many were missing in between, as the journal is damaged there
 */
public record PastState(LedgerFold fold, RecentExchanges exchanges, JournalPosition begin, long events, long missing) {

    /**
     * Folds up to an event, that one included, or to the journal's end if that comes first. What comes then is read by the reader
     * when it starts at its {@link JournalReader#position()}: from the beginning of that event's record if more is in it.
     */
    public static PastState after(long sequence, JournalReader reader, JournalLocator locator, ReadProgress progress) {
        JournalPosition checkpoint = locator.checkpointBefore(sequence);
        PastState state = from(checkpoint, sequence, reader, progress);
        boolean isUsable = state.fold.isStarted() && state.missing == 0;
        if (isUsable || checkpoint.equals(JournalPosition.BEGINNING)) {
            return state;
        }
        return from(JournalPosition.BEGINNING, sequence, reader, progress);
    }

    private static PastState from(JournalPosition begin, long sequence, JournalReader reader, ReadProgress progress) {
        LedgerFold fold = new LedgerFold();
        RecentExchanges exchanges = new RecentExchanges();
        UpTo sink = new UpTo(new FoldThenShow(fold, exchanges), begin.sequence(), sequence, reader.pruned());
        reader.startAt(begin);
        try {
            reader.read(sink, progress);
        } catch (EnoughException enough) {
            // there
        }
        return new PastState(fold, exchanges, begin, sink.events(), sink.missing());
    }
}
