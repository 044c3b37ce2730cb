package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How much of the journal's beginning retention took: the small file {@code pruned} in its folder. It tells a reader at once that
 * what is missing was meant to go; what proves it is the {@code JournalPruned} event, which is further on in the journal, and sealed.
 *
 * <pre>
 *   one line:  weir-pruned 1 FIRST-KEPT SINCE-MILLIS CRC32C-OF-THE-TEXT-BEFORE-IT-IN-HEX
 * </pre>
 *
 * @param firstKept the first event that had to stay; an earlier beginning only shows that files were left over
 * @param sinceMillis when the journal's very first event happened, in ms since the epoch; 0 if that is not known
 */
public record PrunedMark(long firstKept, long sinceMillis) {
    /** Nothing was taken. */
    public static final PrunedMark NONE = new PrunedMark(1, 0);

    private static final HintLine LINE = new HintLine("pruned", "weir-pruned 1 ", 2);

    /** Writes the file, or nothing of it. */
    public void write(Path folder) throws IOException {
        LINE.write(folder, firstKept, sinceMillis);
    }

    /** Reads the file; {@link #NONE} if it is not there or not whole. */
    public static PrunedMark read(Path folder) {
        return LINE.read(folder).flatMap(PrunedMark::of).orElse(NONE);
    }

    private static Optional<PrunedMark> of(List<String> words) {
        try {
            return Optional.of(new PrunedMark(Long.parseLong(words.get(0)), Long.parseLong(words.get(1))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Whether a journal may begin with that event. */
    public boolean explains(long firstSequence) {
        return firstSequence <= firstKept;
    }
}
