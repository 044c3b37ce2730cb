package io.weir.replaytool;

import io.weir.aggregator.EventSink;
import io.weir.aggregator.journal.CheckpointHint;
import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.aggregator.journal.JournalReader;
import io.weir.aggregator.journal.ReadOutcome;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.Seal;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds a journal's newest seal. Reads from the last checkpoint, behind which there is a seal, so it is quick however long the journal is; all
 * of it only if that leads nowhere. One thread, once. It compares nothing: who needs a proof verifies.
 */
final class NewestSeal implements EventSink {
    private @Nullable Seal seal;
    private long sequence;
    private long atMillis;

    /** Reads to where the journal ends now; answers whether what was read is whole. */
    ReadOutcome find(Path folder, JournalReader reader) {
        Optional<CheckpointHint> hint = CheckpointHint.read(folder);
        if (hint.isPresent()) {
            try {
                reader.startAt(hint.get().position());
                ReadOutcome outcome = reader.readSeals(this, ReadProgress.NONE);
                if (outcome.isClean() && seal != null) {
                    return outcome;
                }
            } catch (JournalException e) {
                seal = null; // only a hint
            }
            reader.startAt(JournalPosition.BEGINNING);
        }
        return reader.readSeals(this, ReadProgress.NONE);
    }

    /** The seal; null if there is none. */
    @Nullable Seal seal() {
        return seal;
    }

    /** The seal's own sequence; 0 if there is none. */
    long sequence() {
        return sequence;
    }

    long atMillis() {
        return atMillis;
    }

    @Override
    public void event(long eventSequence, long eventAtMillis, LedgerEvent event) {
        if (event instanceof Seal each && each.lastSequence() == eventSequence - 1) {
            seal = each;
            sequence = eventSequence;
            atMillis = eventAtMillis;
        }
    }

    @Override
    public void transferred(long eventSequence, long eventAtMillis, long sessionId, Counts delta) {}
}
