package io.weir.launcher;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/**
 * What an event looks like on the console: {@code time LEVEL class message}, on one line, then six frames of an
 * exception and of each of its causes. What comes from the wire cannot forge a line. One thread at a time.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private static final int LEVEL_WIDTH = 5;
    private static final int FRAMES = 6;

    private final ZoneId zone = ZoneId.systemDefault();

    @Override
    public String doLayout(ILoggingEvent event) {
        var line = new StringBuilder(160);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()).atZone(zone), line);
        String level = event.getLevel().toString();
        line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())));
        String logger = event.getLoggerName();
        line.append(' ')
                .append(logger, logger.lastIndexOf('.') + 1, logger.length())
                .append(' ');
        appendPrintable(event.getFormattedMessage(), line);
        line.append(System.lineSeparator());
        for (IThrowableProxy thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
            append(thrown, line);
        }
        return line.toString();
    }

    private static void append(IThrowableProxy thrown, StringBuilder line) {
        line.append(thrown.getClassName());
        if (thrown.getMessage() != null) {
            appendPrintable(": " + thrown.getMessage(), line);
        }
        line.append(System.lineSeparator());
        StackTraceElementProxy[] frames = thrown.getStackTraceElementProxyArray();
        for (int i = 0; i < Math.min(FRAMES, frames.length); i++) {
            line.append('\t').append(frames[i].getSTEAsString()).append(System.lineSeparator());
        }
        if (thrown.getCause() != null) {
            line.append("Caused by: ");
        }
    }

    private static void appendPrintable(String text, StringBuilder line) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            line.append(isPrintable(c) ? c : ' ');
        }
    }

    /** Neither a control character nor one that ends a line or reorders it. */
    private static boolean isPrintable(char c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
