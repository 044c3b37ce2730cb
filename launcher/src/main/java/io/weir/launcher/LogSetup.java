package io.weir.launcher;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * Sets up logging: operators read stderr, one line an event, from INFO on. Logback finds it as a service, before it
 * looks for files; in code, because reading its XML took a tenth of the start.
 *
 * <p>A file that the system property {@code logback.configurationFile} names comes instead of all this.
 */
@ConfiguratorRank(ConfiguratorRank.CUSTOM_HIGH_PRIORITY)
public final class LogSetup extends ContextAwareBase implements Configurator {
    /** The appender that everything goes to. */
    static final String QUEUE = "queue";

    /** The appender behind it, which has a filter for the level. */
    static final String CONSOLE = "console";

    private static final int QUEUED_EVENTS = 4096;

    /** For logback. */
    public LogSetup() {}

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (System.getProperty("logback.configurationFile") != null) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        context.getLogger("net.openhft").setLevel(Level.ERROR);
        context.getLogger("io.netty").setLevel(Level.WARN);
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(queue(context, console(context)));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
        var line = new LogLine();
        line.setContext(context);
        line.start();
        var encoder = new LayoutWrappingEncoder<ILoggingEvent>();
        encoder.setContext(context);
        encoder.setLayout(line);
        encoder.start();
        var level = new ThresholdFilter(); // lines may exist only because a dashboard asks for them
        level.setContext(context);
        level.setLevel(Level.INFO.toString());
        level.start();
        var console = new ConsoleAppender<ILoggingEvent>();
        console.setContext(context);
        console.setName(CONSOLE);
        console.setTarget("System.err");
        console.addFilter(level);
        console.setEncoder(encoder);
        console.start();
        return console;
    }

    /** Who logs never waits for the console: an event loop may. What does not fit is lost; the ledger has it. */
    private static AsyncAppender queue(LoggerContext context, ConsoleAppender<ILoggingEvent> console) {
        var queue = new AsyncAppender();
        queue.setContext(context);
        queue.setName(QUEUE);
        queue.setQueueSize(QUEUED_EVENTS);
        queue.setNeverBlock(true);
        queue.addAppender(console);
        queue.start();
        return queue;
    }
}
