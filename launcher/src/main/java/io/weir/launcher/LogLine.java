package io.weir.launcher;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/**
 * What an event looks like on the console: {@code time LEVEL class message}, on one line, then six frames of an
 * exception and of each of its causes. Names from the wire cannot forge a second line. One thread at a time.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private static final int LEVEL_WIDTH = 5;
    private static final String FRAMES = "6";

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
        if (event.getThrowableProxy() != null) {
            line.append(frames(event));
        }
        return line.toString();
    }

    private static void appendPrintable(String message, StringBuilder line) {
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            line.append(Character.isISOControl(c) ? ' ' : c);
        }
    }

    private static String frames(ILoggingEvent event) {
        var converter = new ThrowableProxyConverter();
        converter.setOptionList(List.of(FRAMES));
        converter.start();
        return converter.convert(event);
    }
}
