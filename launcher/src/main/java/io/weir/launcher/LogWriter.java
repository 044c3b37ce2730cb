package io.weir.launcher;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/**
 * Takes what is logged, on any thread, and has it written by one of its own, {@code weir-log}. Who logs never waits: an event loop may.
 * What finds 4096 events waiting is lost and counted; the ledger has it. How many it were is said in the next line.
 */
final class LogWriter extends UnsynchronizedAppenderBase<ILoggingEvent> {
    static final String NAME = "writer";

    private static final int QUEUED_EVENTS = 4096;
    private static final int BATCH_EVENTS = 256;
    private static final long STOP_MILLIS = TimeUnit.SECONDS.toMillis(5);

    /** Wakes the thread, and is no event. */
    private static final ILoggingEvent WAKE = new LoggingEvent();

    private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(QUEUED_EVENTS);
    private final AtomicLong lost = new AtomicLong();
    private final Thread thread = new Thread(this::run, "weir-log");
    private volatile Level threshold = Level.INFO;
    private volatile Output output;

    /**
     * Where lines go, and how they look.
     *
     * @param layout used by one thread at a time
     */
    record Output(Layout<ILoggingEvent> layout, LogTarget target) {}

    private LogWriter(Output output) {
        this.output = output;
    }

    /** One that writes text to stderr. Stopping the context stops it. */
    static LogWriter start(LoggerContext context) {
        var writer = new LogWriter(new Output(new LogLine(), LogTarget.STDERR));
        writer.setContext(context);
        writer.setName(NAME);
        writer.start();
        writer.thread.setDaemon(true);
        writer.thread.start();
        return writer;
    }

    /** The one that the context has; none if the operator set up logging himself. */
    static Optional<LogWriter> of(LoggerContext context) {
        return context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender(NAME) instanceof LogWriter writer
                ? Optional.of(writer)
                : Optional.empty();
    }

    /** Only events of this level or above are written from now on. Any thread. */
    void threshold(Level level) {
        threshold = level;
    }

    /** Writes there from now on. Any thread. */
    void output(Output next) {
        output = next;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (!event.getLevel().isGreaterOrEqual(threshold)) {
            return;
        }
        event.prepareForDeferredProcessing();
        if (!queue.offer(event)) {
            lost.incrementAndGet();
        }
    }

    private void run() {
        var batch = new ByteArrayOutputStream();
        try {
            while (isStarted() || !queue.isEmpty()) {
                ILoggingEvent event = queue.take();
                Output now = output;
                int lines = 0;
                for (int i = 0; event != null; i++) {
                    lines += layOut(event, now, batch);
                    event = i < BATCH_EVENTS ? queue.poll() : null;
                }
                now.target().write(batch.toByteArray(), lines);
                batch.reset();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            output.target().close();
        }
    }

    /** Answers how many events it were. */
    private int layOut(ILoggingEvent event, Output now, ByteArrayOutputStream batch) {
        long lostBefore = lost.getAndSet(0);
        if (lostBefore > 0) {
            batch.writeBytes(LogTarget.note(now.layout(), lostBefore + " events were not logged: too many at once"));
        }
        if (event == WAKE) {
            return 0;
        }
        try {
            batch.writeBytes(now.layout().doLayout(event).getBytes(StandardCharsets.UTF_8));
        } catch (RuntimeException e) {
            addError("an event can't be laid out", e); // the next one may
        }
        return 1;
    }

    /** Writes what waits, and ends. */
    @Override
    public void stop() {
        super.stop();
        if (!queue.offer(WAKE)) {
            addInfo("the thread is awake"); // and sees that it is to end
        }
        try {
            thread.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
