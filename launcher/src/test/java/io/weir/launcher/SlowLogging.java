package io.weir.launcher;

import ch.qos.logback.classic.spi.LogbackServiceProvider;
import java.time.Duration;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * Logback, but set up on another thread than the main one it takes until that has ended: the worst that a scheduler can do. While
 * one thread sets up logging, SLF4J hands all others a substitute.
 *
 * <p>For a process whose property {@code slf4j.provider} names it.
 */
public final class SlowLogging implements SLF4JServiceProvider {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String MAIN = "main";

    private final LogbackServiceProvider logback = new LogbackServiceProvider();

    @Override
    public void initialize() {
        if (!Thread.currentThread().getName().equals(MAIN)) {
            awaitEndOfMain();
        }
        logback.initialize();
    }

    private static void awaitEndOfMain() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals(MAIN)) {
                try {
                    thread.join(PATIENCE.toMillis());
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    @Override
    public ILoggerFactory getLoggerFactory() {
        return logback.getLoggerFactory();
    }

    @Override
    public IMarkerFactory getMarkerFactory() {
        return logback.getMarkerFactory();
    }

    @Override
    public MDCAdapter getMDCAdapter() {
        return logback.getMDCAdapter();
    }

    @Override
    public String getRequestedApiVersion() {
        return logback.getRequestedApiVersion();
    }
}
