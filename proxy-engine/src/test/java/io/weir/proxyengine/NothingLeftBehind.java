package io.weir.proxyengine;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Fails a test class that leaked a buffer, or during which the engine logged an error or Netty warned of an exception
 * that nobody caught. On for every test class of this module (see {@code META-INF/services}); any thread reports.
 *
 * <p>Leaks are found by Netty's own detector, which Surefire sets to {@code paranoid}: a buffer that was collected before it was released.
 * A collection is therefore forced after each class, and known to be over when a canary was collected too.
 */
public final class NothingLeftBehind implements AfterAllCallback {
    private static final long CANARY_MILLIS = 30_000;
    private static final List<String> findings = new CopyOnWriteArrayList<>();

    static {
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new ReportingFactory()); // before the first buffer
        var root = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        var appender = new ReportingAppender();
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(2));
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    @Override
    public void afterAll(ExtensionContext context) throws Exception {
        List<String> found = check();
        if (!found.isEmpty()) {
            throw new AssertionError(context.getDisplayName() + " left behind:\n" + String.join("\n", found));
        }
    }

    /** What was found until now; it is forgotten then, so that a test may provoke something. */
    static List<String> check() throws InterruptedException {
        collectGarbage();
        ByteBufAllocator.DEFAULT.directBuffer(1).release(); // the detector looks when something new is tracked
        ByteBufAllocator.DEFAULT.heapBuffer(1).release();
        List<String> found = List.copyOf(findings);
        findings.clear();
        return found;
    }

    private static void collectGarbage() throws InterruptedException {
        var queue = new ReferenceQueue<Object>();
        var canary = new WeakReference<>(new Object(), queue);
        long until = System.nanoTime() + CANARY_MILLIS * 1_000_000;
        do {
            System.gc();
            if (System.nanoTime() - until > 0) {
                throw new AssertionError("no collection within " + CANARY_MILLIS + " ms, " + canary);
            }
        } while (queue.remove(100) == null);
    }

    /** Makes detectors that tell us instead of the log. */
    private static final class ReportingFactory extends ResourceLeakDetectorFactory {
        @Override
        @Deprecated // Netty still demands it
        @SuppressWarnings("InlineMeSuggester")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return newResourceLeakDetector(resource, samplingInterval);
        }

        @Override
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int samplingInterval) {
            return new ReportingDetector<>(resource, samplingInterval);
        }
    }

    private static final class ReportingDetector<T> extends ResourceLeakDetector<T> {
        ReportingDetector(Class<T> resource, int samplingInterval) {
            super(resource, samplingInterval);
        }

        @Override
        protected boolean needReport() {
            return true;
        }

        @Override
        protected void reportTracedLeak(String resourceType, String records) {
            findings.add("leaked " + resourceType + records);
        }

        @Override
        protected void reportUntracedLeak(String resourceType) {
            findings.add("leaked " + resourceType);
        }
    }

    private static final class ReportingAppender extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent event) {
            boolean netty = event.getLoggerName().startsWith("io.netty");
            if (event.getLevel().isGreaterOrEqual(netty ? Level.WARN : Level.ERROR)) {
                var thrown = event.getThrowableProxy();
                findings.add("logged " + event.getLevel() + " " + event.getLoggerName() + ": "
                        + event.getFormattedMessage()
                        + (thrown == null ? "" : " (" + thrown.getClassName() + ": " + thrown.getMessage() + ")"));
            }
        }
    }
}
