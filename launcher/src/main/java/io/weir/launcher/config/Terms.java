package io.weir.launcher.config;

import java.time.Duration;

/** Words and bounds that rows of several sections have. Immutable. */
final class Terms {
    static final Duration MILLI = Duration.ofMillis(1);
    static final Duration HOUR = Duration.ofHours(1);
    static final Duration DAY = Duration.ofDays(1);
    static final Duration YEAR = Duration.ofDays(365);
    static final long TIB = 1L << 40;
    static final String AUTO = "auto";
    static final String NONE = "none";
    static final String ALL = "all";
    static final String OFF = "off";
    static final String PATTERNS = "HOST-PATTERN";
    static final String TIME = "TIME";

    private Terms() {}
}
