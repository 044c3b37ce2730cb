package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.HOUR;
import static io.weir.launcher.config.Terms.MILLI;
import static io.weir.launcher.config.Terms.NONE;
import static io.weir.launcher.config.Terms.TIME;

import io.weir.launcher.accesslog.AccessFormat;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of the section access-log: the line for each session. See {@link Keys}. Immutable. */
final class AccessLogKeys {
    static final Key<Optional<Path>> FILE = Key.one(
                    "access-log.file",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "Write a line for each session there, out of the journal.")
            .option("--access-log", "FILE");
    static final Key<AccessFormat> FORMAT = Key.one(
                    "access-log.format",
                    Types.choice(AccessFormat.class),
                    "json",
                    RESTART,
                    "How: as web servers do, common or combined, or json with all that is known.")
            .option("--access-log-format", "FORMAT");
    static final Key<Duration> OPEN_EVERY = Key.one(
                    "access-log.open-every",
                    Types.time(MILLI, HOUR),
                    "60s",
                    RESTART,
                    "How often a session that goes on has a line with its bytes so far.")
            .option("--access-log-open-every", TIME);

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(FILE, FORMAT, OPEN_EVERY);

    private AccessLogKeys() {}
}
