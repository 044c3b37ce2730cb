package io.weir.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import io.weir.launcher.logfile.LineText;
import java.time.Instant;

/**
 * What an event looks like in a log of JSON: an object in one line, {@code {"at":…,"level":…,"logger":…,"thread":…,"message":…}}, and with
 * an exception {@code "exception"}: its causes and six frames of each. What comes from the wire cannot forge a line. Any thread.
 */
final class JsonLogLine extends LayoutBase<ILoggingEvent> {
    private static final int FRAMES = 6;

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(256);
        line.append("{\"at\":\"")
                .append(Instant.ofEpochMilli(event.getTimeStamp()))
                .append("\",\"level\":\"")
                .append(event.getLevel())
                .append("\",\"logger\":");
        String logger = event.getLoggerName();
        LineText.json(logger.substring(logger.lastIndexOf('.') + 1), line);
        line.append(",\"thread\":");
        LineText.json(event.getThreadName(), line);
        line.append(",\"message\":");
        LineText.json(String.valueOf(event.getFormattedMessage()), line);
        if (event.getThrowableProxy() != null) {
            line.append(",\"exception\":");
            LineText.json(exception(event.getThrowableProxy()), line);
        }
        return line.append("}\n").toString();
    }

    private static String exception(IThrowableProxy first) {
        var text = new StringBuilder();
        for (IThrowableProxy thrown = first; thrown != null; thrown = thrown.getCause()) {
            text.append(thrown.equals(first) ? "" : "\nCaused by: ").append(thrown.getClassName());
            if (thrown.getMessage() != null) {
                text.append(": ").append(thrown.getMessage());
            }
            StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
            for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
                text.append("\n\t").append(frames[i].getSTEAsString());
            }
        }
        return text.toString();
    }
}
