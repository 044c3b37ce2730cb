package io.weir.wsgateway;

import java.util.Locale;
import java.util.Optional;

/** How much a log line matters, in ascending order. */
public enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR;

    /** The level of that name in any case; empty if there is none. */
    static Optional<LogLevel> named(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        for (LogLevel level : values()) {
            if (level.name().equals(upper)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }
}
