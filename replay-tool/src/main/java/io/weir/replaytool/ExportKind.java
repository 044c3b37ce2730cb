package io.weir.replaytool;

import java.util.Locale;

/** What can be exported. */
enum ExportKind {
    /** Sessions, each at the event that closed it. */
    SESSIONS,
    /** Every event. */
    EVENTS,
    /** Requests and responses that were read. */
    EXCHANGES;

    /** The name on the command line and in the sidecar. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
