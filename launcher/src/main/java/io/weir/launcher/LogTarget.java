package io.weir.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Layout;
import java.nio.charset.StandardCharsets;

/** Where lines of the log go. The log's thread; never throws. */
interface LogTarget {
    /** The standard error, as it is when a line is written. */
    LogTarget STDERR = (bytes, events) -> {
        System.err.write(bytes, 0, bytes.length);
        System.err.flush();
    };

    /**
     * Writes whole lines.
     *
     * @param events how many events they tell of
     */
    void write(byte[] bytes, int events);

    /** Nothing is written any more. */
    default void close() {}

    /** A line that says something about the log itself. */
    static byte[] note(Layout<ILoggingEvent> layout, String message) {
        var event = new LoggingEvent();
        event.setLevel(Level.WARN);
        event.setLoggerName("io.weir.launcher.LogWriter");
        event.setMessage(message);
        event.setTimeStamp(System.currentTimeMillis());
        return layout.doLayout(event).getBytes(StandardCharsets.UTF_8);
    }
}
