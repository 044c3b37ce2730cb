package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.MILLI;
import static io.weir.launcher.config.Terms.PATTERNS;
import static io.weir.launcher.config.Terms.TIB;
import static io.weir.launcher.config.Terms.TIME;

import java.time.Duration;
import java.util.List;

/** The keys of the section capture: which bodies are stored. See {@link Keys}. Immutable. */
final class CaptureKeys {
    static final Key<List<String>> HOSTS = Key.list(
                    "capture.hosts",
                    Types.HOST_PATTERN,
                    RESTART,
                    "Store the bodies of intercepted exchanges with these hosts in the data folder.")
            .option("--capture-bodies", PATTERNS)
            .alone("*");
    static final Key<Long> LIMIT = Key.one(
                    "capture.limit", Types.size(1, TIB), "10MiB", RESTART, "A larger body is not stored.")
            .option("--capture-limit", "SIZE");
    static final Key<Duration> KEEP = Key.one(
                    "capture.keep",
                    Types.time(MILLI, Duration.ofDays(3650)),
                    "7d",
                    RESTART,
                    "How long a stored body is kept.")
            .option("--capture-keep", TIME);
    static final Key<Long> TOTAL = Key.one(
                    "capture.total",
                    Types.size(1, 1024 * TIB),
                    "1GiB",
                    RESTART,
                    "Room for all stored bodies; the oldest go first.")
            .option("--capture-total", "SIZE");
    static final Key<Long> QUEUE = Key.one(
            "capture.queue",
            Types.size(1 << 20, TIB),
            "64MiB",
            RESTART,
            "Memory for bodies that are not written yet; what does not fit is not stored.");

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(HOSTS, LIMIT, KEEP, TOTAL, QUEUE);

    private CaptureKeys() {}
}
