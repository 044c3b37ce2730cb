package io.weir.launcher;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.nio.file.Path;

/** Finds out when a journal began, which is since when its totals count. Reads one record. */
final class FirstEvent {
    private FirstEvent() {}

    /** The time of the first event that is there, in ms since the epoch; 0 if that can't be read. */
    static long millis(Path journalFolder) {
        try (JournalReader reader = JournalReader.open(journalFolder)) {
            reader.read(new Sink(), ReadProgress.NONE);
            return 0;
        } catch (Found first) {
            return first.atMillis;
        } catch (JournalException e) {
            return 0; // the ledger has read it and says what is wrong with it
        }
    }

    /** Ends the reading: a reader hands out all that there is. */
    private static final class Found extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final long atMillis;

        Found(long atMillis) {
            super(null, null, false, false);
            this.atMillis = atMillis;
        }
    }

    private static final class Sink implements EventSink {
        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            throw new Found(atMillis);
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            throw new Found(atMillis);
        }
    }
}
