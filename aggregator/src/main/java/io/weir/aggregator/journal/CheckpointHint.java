package io.weir.aggregator.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where the last checkpoint is: the small file {@code checkpoint} in the journal's folder. Only a hint, to save reading
 * the whole journal at the next start; without it, or if it is wrong, everything is read.
 *
 * <pre>
 *   one line:  weir-checkpoint 1 FILE OFFSET SEQUENCE-BEFORE NODE-ID CRC32C-OF-THE-TEXT-BEFORE-IT-IN-HEX
 * </pre>
 *
 * @param position the place of the checkpoint's first record
 * @param nodeId the node's, which a checkpoint itself does not state
 */
public record CheckpointHint(JournalPosition position, String nodeId) {
    private static final HintLine LINE = new HintLine("checkpoint", "weir-checkpoint 1 ", 4);

    /** Writes the file, or nothing of it. */
    public void write(Path folder) throws IOException {
        LINE.write(folder, position.file(), position.offset(), position.sequence(), nodeId);
    }

    /** Reads the file; empty if it is not there or not whole. */
    public static Optional<CheckpointHint> read(Path folder) {
        return LINE.read(folder).flatMap(CheckpointHint::of);
    }

    private static Optional<CheckpointHint> of(List<String> words) {
        try {
            var position =
                    new JournalPosition(words.get(0), Long.parseLong(words.get(1)), Long.parseLong(words.get(2)));
            return Optional.of(new CheckpointHint(position, words.get(3)));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
