package io.weir.proxyengine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/** Fails a test in which an exception reached the end of a pipeline, an error was logged or a leak was found. */
final class NothingEscapes implements BeforeEachCallback, AfterEachCallback {
    private static final class Recorder extends AppenderBase<ILoggingEvent> {
        private final List<String> lines = new ArrayList<>();

        @Override
        protected synchronized void append(ILoggingEvent event) {
            boolean ours = event.getLoggerName().startsWith("io.weir");
            if (event.getLevel().isGreaterOrEqual(ours ? Level.ERROR : Level.WARN)) {
                lines.add(event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage());
            }
        }

        synchronized List<String> take() {
            List<String> taken = List.copyOf(lines);
            lines.clear();
            return taken;
        }
    }

    private final Recorder recorder = new Recorder();

    @Override
    public void beforeEach(ExtensionContext context) {
        recorder.start();
        root().addAppender(recorder);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        root().detachAppender(recorder);
        List<String> lines = recorder.take();
        if (!lines.isEmpty()) {
            throw new AssertionError("this was logged: " + lines);
        }
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }
}
