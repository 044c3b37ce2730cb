package io.weir.replaytool;

import io.weir.aggregator.journal.ReadProgress;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** Shows on the standard error how far a long reading came, if that is a terminal or it was asked for. */
final class ProgressOption {
    @Option(names = "--progress", description = "Show progress on the standard error even if it is no terminal.")
    private boolean wanted;

    /** Does some reading, while progress is shown. */
    <T> T during(JournalAccess journal, Function<ReadProgress, T> reading) {
        if (!wanted && !ProgressLine.isWatched()) {
            return reading.apply(ReadProgress.NONE);
        }
        ProgressLine line = new ProgressLine(journal.errors(), journal.bytes(), wanted);
        try {
            return reading.apply(line);
        } finally {
            line.end();
        }
    }
}
