package io.weir.wsgateway;

/**
 * A line of the log on its way to dashboards. Immutable.
 *
 * @param session the session it is about; 0 if none
 */
record LogLine(LogLevel level, long session, String message, long atMillis) {
    private static final int MAX_MESSAGE_CHARS = 4096;

    /** Cuts a message that is too long to be passed on. */
    LogLine {
        message = Json.limited(message, MAX_MESSAGE_CHARS);
    }
}
