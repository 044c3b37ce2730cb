package io.weir.replaytool;

import io.weir.aggregator.journal.JournalException;
import io.weir.aggregator.journal.JournalLock;
import io.weir.aggregator.journal.ReadProgress;
import io.weir.aggregator.seal.SealKey;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a new journal is to be that is made from another, which nobody may write meanwhile. */
final class CopyOptions {
    @Option(
            names = "--out",
            required = true,
            paramLabel = "FOLDER",
            description = "The new journal's folder; it must be empty or not there.")
    private Path out = Path.of("");

    Path out() {
        return out;
    }

    /**
     * Does the work while no node writes the journal, and answers the exit status. On a disk that is read-only nobody can write it, and no
     * lock can be taken.
     */
    int whileNobodyWrites(JournalAccess journal, Function<ReadProgress, Integer> work, ProgressOption progress) {
        try {
            journal.open().close(); // says what is wrong if there is none
            JournalLock lock = Files.isWritable(journal.folder()) ? JournalLock.acquire(journal.folder()) : null;
            try {
                return progress.during(journal, work);
            } finally {
                if (lock != null) {
                    lock.close();
                }
            }
        } catch (JournalException e) {
            return journal.refuse(e.kind(), String.valueOf(e.getMessage()));
        } catch (UncheckedIOException e) {
            journal.complain("can't write " + out + ": " + e.getMessage());
            return ExitStatus.UNREADABLE;
        }
    }

    /** The key of this install, and a word to the user if there is none. */
    @Nullable SealKey key(JournalAccess journal) {
        Optional<SealKey> key = SealKey.find(journal.sealFolder());
        if (key.isEmpty()) {
            journal.complain(
                    "there is no key in " + journal.sealFolder() + ": what is added to the new journal is not sealed");
        }
        return key.orElse(null);
    }
}
