package io.weir.launcher;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.weir.wsgateway.LogFeed;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * Passes what is logged to the gateway's subscribers. Any thread; what it passes on to is bounded and never waits.
 *
 * <p>Debug lines, one or more a connection, are only made while a subscriber wants them; the console never shows them.
 */
final class LogBridge extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private static final Pattern SESSION = Pattern.compile("\\bsession=(\\d{1,16})\\b");

    private final LogFeed feed = new LogFeed(LogLevels::want);

    /** Starts to listen to all loggers. */
    static LogBridge install() {
        var bridge = new LogBridge();
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        bridge.setContext(context);
        bridge.start();
        context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).addAppender(bridge);
        return bridge;
    }

    /** Writes what still waits; nothing is logged any more afterwards. */
    static void flush() {
        ((LoggerContext) LoggerFactory.getILoggerFactory()).stop();
    }

    LogFeed feed() {
        return feed;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String logger = event.getLoggerName();
        if (logger.startsWith("io.weir.wsgateway") || logger.startsWith("io.netty")) {
            return; // a line about sending lines would never end
        }
        String message = event.getFormattedMessage();
        if (event.getThrowableProxy() != null) {
            message += ": " + event.getThrowableProxy().getMessage();
        }
        Matcher session = SESSION.matcher(message);
        feed.publish(
                event.getLevel().toString(),
                session.find() ? Long.parseLong(session.group(1)) : 0,
                message,
                event.getTimeStamp());
    }
}
