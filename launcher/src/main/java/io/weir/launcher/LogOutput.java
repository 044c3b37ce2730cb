package io.weir.launcher;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Layout;
import io.weir.launcher.config.NodeSettings;
import io.weir.launcher.logfile.LogFormat;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a node's log goes, as its configuration says. */
final class LogOutput {
    private static final Logger log = LoggerFactory.getLogger(LogOutput.class);

    private LogOutput() {}

    /**
     * Writes the log there from now on.
     *
     * @throws NodeException if its file can't be written
     */
    static void configure(NodeSettings settings) {
        Optional<Path> file = settings.logFile();
        boolean isUsual = file.isEmpty() && settings.logFormat() == LogFormat.TEXT;
        if (isUsual) {
            return;
        }
        Optional<LogWriter> writer = LogWriter.of((LoggerContext) LoggerFactory.getILoggerFactory());
        if (writer.isEmpty()) {
            log.warn("log.file and log.format are passed over, logging is set up by logback.configurationFile");
            return;
        }
        Layout<ILoggingEvent> layout = settings.logFormat() == LogFormat.JSON ? new JsonLogLine() : new LogLine();
        LogTarget target =
                file.isPresent() ? LogFileTarget.open(file.get(), settings.logRotation(), layout) : LogTarget.STDERR;
        writer.get().output(new LogWriter.Output(layout, target));
    }
}
