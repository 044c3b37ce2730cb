package io.weir.wsgateway;

import java.util.Locale;
import java.util.Optional;

/** What a dashboard can subscribe to. */
enum Topic {
    /** Rates and totals. */
    TRAFFIC,
    /** Open and just closed sessions, in full. */
    CONNECTIONS,
    /** Sessions that changed, each time only those; nothing is left out. */
    CHANGES,
    /** Log lines. */
    LOGS,
    /** Exchanges that were read, each once. */
    MITM_DETAIL;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The topic of that name; empty if there is none. */
    static Optional<Topic> named(String wireName) {
        for (Topic topic : values()) {
            if (topic.wireName.equals(wireName)) {
                return Optional.of(topic);
            }
        }
        return Optional.empty();
    }
}
