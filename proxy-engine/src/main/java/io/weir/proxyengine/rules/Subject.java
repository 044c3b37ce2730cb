package io.weir.proxyengine.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a condition is about. */
public enum Subject {
    /** The host as the client names it. */
    HOST,
    /** The address that is about to be connected. */
    ADDRESS,
    PORT,
    SCHEME,
    METHOD,
    USER,
    /** The client's address. */
    CLIENT,
    /** The name of the listener where the client came in. */
    LISTENER;

    /** As rules write it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static @Nullable Subject of(String word) {
        for (Subject each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        return null;
    }
}
