package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.NONE;
import static io.weir.launcher.config.Terms.TIB;

import io.weir.launcher.logfile.LogFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The keys of the section log: what is logged, and where. See {@link Keys}. Immutable. */
public final class LogKeys {
    /** How much is logged. */
    public enum Verbosity {
        /** Only what must be looked at. */
        ERROR,
        /** And what may have to be. */
        WARN,
        /** And what an operator would want to know. */
        INFO,
        /** And each connection. */
        DEBUG
    }

    public static final Key<Verbosity> LEVEL = Key.one(
                    "log.level",
                    Types.choice(Verbosity.class),
                    "info",
                    RELOAD,
                    "What is logged. With debug, a line or more for each connection.")
            .option("--log-level", "LEVEL");
    static final Key<Optional<Path>> FILE = Key.one(
                    "log.file",
                    Types.orWord(NONE, Types.PATH),
                    NONE,
                    RESTART,
                    "Where the log is written. With none, to stderr.")
            .option("--log-file", "FILE");
    static final Key<LogFormat> FORMAT = Key.one(
                    "log.format",
                    Types.choice(LogFormat.class),
                    "text",
                    RESTART,
                    "How: text, a line for each event and some for an exception; or json, an object in a line for each event.")
            .option("--log-format", "FORMAT");
    static final Key<Long> MAX_SIZE = Key.one(
                    "log.max-size",
                    Types.size(4096, TIB),
                    "100MiB",
                    RESTART,
                    "When the log's file, or that of the access log, would become larger, it becomes FILE.1 and a new one begins.")
            .option("--log-max-size", "SIZE");
    static final Key<Long> KEEP = Key.one(
                    "log.keep", Types.count(1, 1000), "10", RESTART, "How many such earlier files are kept of each.")
            .option("--log-keep", "N");

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(LEVEL, FILE, FORMAT, MAX_SIZE, KEEP);

    private LogKeys() {}
}
