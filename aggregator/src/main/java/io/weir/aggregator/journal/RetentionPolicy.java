package io.weir.aggregator.journal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How much of a journal is to be kept. Immutable.
 *
 * @param keepFor how long an event stays at least; null: its age lets nothing go
 * @param keepBytes how long the files may be together; 0: their size lets nothing go. The oldest go first, the one that is written never
 */
public record RetentionPolicy(@Nullable Duration keepFor, long keepBytes) {
    /** Everything stays. */
    public static final RetentionPolicy KEEP_ALL = new RetentionPolicy(null, 0);

    /** Checks. */
    public RetentionPolicy {
        if (keepBytes < 0 || (keepFor != null && keepFor.isNegative())) {
            throw new IllegalArgumentException("a journal can't be kept for less than nothing");
        }
    }

    /** Whether something may ever go. */
    public boolean letsGo() {
        return keepFor != null || keepBytes > 0;
    }

    /** The index of the first file that has to stay; the last file always has. */
    int firstKept(Path folder, List<String> files, long nowMillis) {
        int last = files.size() - 1;
        int kept = 0;
        while (kept < last && isOld(files.get(kept + 1), nowMillis)) {
            kept++;
        }
        if (keepBytes > 0) {
            long bytes = PrunePlan.bytes(folder, files.subList(kept, files.size()));
            while (kept < last && bytes > keepBytes) {
                bytes -= PrunePlan.size(folder.resolve(files.get(kept++)));
            }
        }
        return Math.max(0, kept);
    }

    /** Whether all that is before a file is old enough: nothing is written to a file once the next one's hour has begun. */
    private boolean isOld(String nextFile, long nowMillis) {
        OptionalLong begin = JournalFolder.hourMillis(nextFile);
        return keepFor != null && begin.isPresent() && begin.getAsLong() <= nowMillis - keepFor.toMillis();
    }

    /** The policy in words, for the journal. */
    public String describe() {
        String age = keepFor == null ? "" : "older than " + keepFor;
        String size = keepBytes == 0 ? "" : String.format(Locale.ROOT, "more than %d bytes", keepBytes);
        return age.isEmpty() || size.isEmpty() ? age + size : age + ", or " + size;
    }
}
