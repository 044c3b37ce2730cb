package io.weir.launcher.config;

import static io.weir.launcher.config.Applied.RELOAD_IF_INTERCEPTING;
import static io.weir.launcher.config.Applied.RESTART;
import static io.weir.launcher.config.Terms.MILLI;
import static io.weir.launcher.config.Terms.PATTERNS;
import static io.weir.launcher.config.Terms.TIME;
import static io.weir.launcher.config.Terms.YEAR;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The keys of the section intercept: what is read inside tunnels. See {@link Keys}. Immutable. */
public final class InterceptKeys {
    public static final Key<List<String>> HOSTS = Key.list(
                    "intercept.hosts",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Read HTTPS and HTTP inside tunnels, and record every exchange: of these hosts. Clients must trust this install's CA: weir ca"
                            + " install-help.")
            .option("--intercept", PATTERNS)
            .alone("*");
    public static final Key<List<String>> EXCEPT = Key.list(
                    "intercept.except",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Hosts whose tunnels are passed on unread all the same.")
            .option("--intercept-except", PATTERNS);
    static final Key<List<Path>> TRUST = Key.list(
                    "intercept.trust",
                    Types.PATH,
                    RESTART,
                    "PEM files with authorities of origins to trust besides those of the JDK.")
            .option("--trust", "FILE");
    public static final Key<List<String>> INSECURE_ORIGIN = Key.list(
                    "intercept.insecure-origin",
                    Types.HOST_PATTERN,
                    RELOAD_IF_INTERCEPTING,
                    "Hosts whose certificate is not checked when they are intercepted.")
            .option("--insecure-origin", PATTERNS);
    static final Key<List<String>> REDACT = Key.list(
                    "intercept.redact",
                    Types.FIELD_NAME,
                    RESTART,
                    "Header fields and query parameters whose values are not recorded, besides the usual ones.")
            .option("--redact", "NAME");
    static final Key<Duration> BYPASS_TIME = Key.one(
                    "intercept.bypass-time",
                    Types.time(MILLI, YEAR),
                    "10m",
                    RESTART,
                    "How long a host is passed on unread after interception would have broken it.")
            .option("--bypass-time", TIME);

    /** All of them, in the order in which they are shown. */
    static final List<Key<?>> ROWS = List.of(HOSTS, EXCEPT, TRUST, INSECURE_ORIGIN, REDACT, BYPASS_TIME);

    private InterceptKeys() {}
}
