package io.weir.aggregator.journal;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which files of a journal may go: the oldest ones, up to one that can be read and proved without them. Immutable. Any thread.
 *
 * <p>That one has a whole checkpoint, with the totals of all time, and a seal behind it; and the journal's last checkpoint, from
 * which the next start recovers, is in it or in a later one.
 *
 * @param files what may go, oldest first
 * @param bytes how long these files are together
 * @param firstKept the first event of the first file that stays
 * @param sinceMillis when the journal's very first event happened, in ms since the epoch; 0 if that is not known
 */
public record PrunePlan(List<String> files, long bytes, long firstKept, long sinceMillis) {
    private static final Logger LOG = LoggerFactory.getLogger(PrunePlan.class);

    /** Takes a copy of the list. */
    public PrunePlan {
        files = List.copyOf(files);
    }

    /**
     * Finds what a policy lets go.
     *
     * @param isSealed whether the journal has to be provable, too
     * @return empty if everything stays
     * @throws JournalException if the journal can't be read
     */
    public static Optional<PrunePlan> of(Path folder, RetentionPolicy policy, boolean isSealed, long nowMillis) {
        List<String> files = JournalFolder.files(folder);
        String recovery = CheckpointHint.read(folder)
                .map(hint -> hint.position().file())
                .orElse(""); // without the hint a start reads everything: nothing goes
        int kept = policy.firstKept(folder, files, nowMillis);
        for (; kept > 0; kept--) {
            String file = files.get(kept);
            long first = file.compareTo(recovery) <= 0 ? Foundation.of(folder, file, isSealed) : 0;
            if (first > 0) {
                List<String> gone = files.subList(0, kept);
                return Optional.of(new PrunePlan(gone, bytes(folder, gone), first, FirstRecord.millis(folder)));
            }
        }
        return Optional.empty();
    }

    static long bytes(Path folder, List<String> files) {
        long bytes = 0;
        for (String file : files) {
            bytes += size(folder.resolve(file));
        }
        return bytes;
    }

    static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new JournalException(
                    FaultKind.UNREADABLE, "journal " + file + ": can't be asked for its size: " + e, e);
        }
    }

    /**
     * Removes the files. What says so must be in the journal, on the disk, before.
     *
     * @throws IOException if a file can't be removed; those before it are gone, and the journal is as good as with all of them
     */
    public void carryOut(Path folder) throws IOException {
        new PrunedMark(firstKept, sinceMillis).write(folder);
        for (String file : files) {
            Files.deleteIfExists(folder.resolve(file));
        }
        try {
            IndexFolder.sweep(folder, JournalFolder.files(folder));
        } catch (IOException | RuntimeException e) {
            LOG.debug("the index of what was pruned stays until the next look folder={}", folder, e);
        }
    }

    /** Looks whether a file can be read without those before it. */
    private static final class Foundation implements EventSink {
        private final boolean isSealed;
        private long first;
        private boolean hasCheckpoint;

        private Foundation(boolean isSealed) {
            this.isSealed = isSealed;
        }

        /** The file's first event; 0 if it can't. */
        static long of(Path folder, String file, boolean isSealed) {
            Foundation foundation = new Foundation(isSealed);
            try (JournalReader reader = JournalReader.open(folder)) {
                reader.startAt(new JournalPosition(file, 0, 0));
                reader.read(foundation, ReadProgress.NONE);
            } catch (EnoughException e) {
                return foundation.first;
            }
            return 0;
        }

        private void came(long sequence) {
            first = first == 0 ? sequence : first;
        }

        @Override
        public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
            came(sequence);
        }

        @Override
        public void event(long sequence, long atMillis, LedgerEvent event) {
            came(sequence);
            hasCheckpoint |= event instanceof CheckpointEnded;
            if (hasCheckpoint && (event instanceof Seal || !isSealed)) {
                throw new EnoughException();
            }
        }
    }
}
