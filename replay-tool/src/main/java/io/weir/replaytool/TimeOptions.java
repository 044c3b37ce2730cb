package io.weir.replaytool;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** From when to when, on the command line. */
final class TimeOptions {
    @Option(
            names = "--from",
            paramLabel = "WHEN",
            converter = Instants.class,
            description = "Only what was then or later: " + Instants.FORMS + ".")
    private @Nullable Instant from;

    @Option(
            names = "--to",
            paramLabel = "WHEN",
            converter = Instants.class,
            description = "Only what was before: in the same forms.")
    private @Nullable Instant to;

    boolean isGiven() {
        return from != null || to != null;
    }

    long fromMillis() {
        Instant begin = from;
        return begin == null ? 0 : begin.toEpochMilli();
    }

    long toMillis() {
        Instant end = to;
        return end == null ? Long.MAX_VALUE : end.toEpochMilli();
    }

    /** Refuses a range that ends before it begins. */
    void requireOrder(JournalAccess journal) {
        if (fromMillis() >= toMillis()) {
            throw journal.wrongUsage(
                    "--from " + Figures.time(fromMillis()) + " is not before --to " + Figures.time(toMillis()));
        }
    }
}
