package io.weir.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.weir.launcher.config.LogKeys.Verbosity;
import io.weir.wsgateway.LogLevel;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/**
 * How much is logged: as the configuration says, and to dashboards what they ask for. Any thread.
 *
 * <p>Lines are made if either wants them; the writer keeps out what only a dashboard wants.
 */
final class LogLevels {
    private static Level configured = Level.INFO;
    private static Level wanted = Level.INFO;

    private LogLevels() {}

    /** The configuration says so. */
    static synchronized void configure(Verbosity level) {
        configured = Level.valueOf(level.name());
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        LogWriter.of(context).ifPresent(writer -> writer.threshold(configured));
        adjust();
    }

    /** Dashboards want lines of that level; none if nobody listens. */
    static synchronized void want(Optional<LogLevel> level) {
        wanted = level.filter(each -> each == LogLevel.DEBUG).isPresent() ? Level.DEBUG : Level.INFO;
        adjust();
    }

    private static void adjust() {
        Logger ours = (Logger) LoggerFactory.getLogger("io.weir");
        ours.setLevel(configured.isGreaterOrEqual(wanted) ? wanted : configured);
    }
}
