package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD;
import static io.weir.launcher.config.Applied.RESTART;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The table of keys: what is in no section here, and the sections. All that is known of a key is its row: reading, checking, {@code weir config}, the options of {@code weir proxy}
 * and the table in {@code docs/configuration.md} come from it. Immutable.
 */
public final class Keys {
    public static final Key<Path> DATA = Key.one(
                    "data",
                    Types.PATH,
                    "./data",
                    RESTART,
                    "What outlives the process: journal, token, certificate authority, bodies.")
            .option("--data", "FOLDER");
    static final Key<List<String>> RULE_LINES = Key.list(
            "rules",
            Types.RULE,
            RELOAD,
            "What clients may ask for: each is a line of allow or refuse with conditions, and the first that a request meets decides. Lists that they"
                    + " name are looked for in the folder that the process runs in. In a file of their own they are named by proxy.rules.");

    /** Weir's keys. */
    public static final KeyTable TABLE = new KeyTable(Stream.of(
                    List.<Key<?>>of(DATA, RULE_LINES),
                    ProxyKeys.ROWS,
                    TimeoutKeys.ROWS,
                    LimitKeys.ROWS,
                    InterceptKeys.ROWS,
                    CaptureKeys.ROWS,
                    GatewayKeys.ROWS,
                    JournalKeys.ROWS,
                    OverloadKeys.ROWS,
                    LogKeys.ROWS,
                    AccessLogKeys.ROWS)
            .flatMap(List::stream)
            .toList());

    private Keys() {}
}
