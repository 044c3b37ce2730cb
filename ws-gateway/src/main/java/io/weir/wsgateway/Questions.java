package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.history.HistoryException;
import io.weir.aggregator.history.ScanControl;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works out answers that take too long for the event loop, on a few threads of its own which rest while nobody asks, and sends
 * them on the loop of whoever asked. {@link #ask} belongs to the event loop, {@link #close} to any thread.
 *
 * <p>What waits is bounded, and so is how long a question may take, the waiting included. One whose client has gone is not
 * worked out, or not to its end. Nothing is interrupted: who reads files is asked to stop.
 */
final class Questions implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);
    private static final long REST_SECONDS = 10;
    private static final long STOP_SECONDS = 5;

    /** Works out one answer. On a thread for questions. */
    @FunctionalInterface
    interface Question {
        /**
         * The answer, whatever it is.
         *
         * @throws HistoryException if there is none now
         */
        Answer answer(ScanControl control);
    }

    private final ThreadPoolExecutor threads;
    private final long patienceNanos;
    private volatile boolean isClosed;

    /**
     * Makes no thread yet.
     *
     * @param name of the threads
     * @param patience how long a question may take
     */
    Questions(String name, int threads, int waiting, Duration patience) {
        this.patienceNanos = patience.toNanos();
        this.threads = new ThreadPoolExecutor(
                threads, threads, REST_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting), work -> {
                    Thread thread = new Thread(work, name);
                    thread.setDaemon(true);
                    return thread;
                });
        this.threads.allowCoreThreadTimeOut(true);
    }

    /** Has a question answered, or answers 503 at once if too many wait. */
    void ask(Channel channel, Question question) {
        long deadline = System.nanoTime() + patienceNanos;
        Runnable task = () -> workOut(channel, question, deadline);
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            Replies.refuse(
                    channel,
                    HttpResponseStatus.SERVICE_UNAVAILABLE,
                    "too many questions wait already; ask again later");
            return;
        }
        channel.closeFuture().addListener(closed -> threads.remove(task)); // makes room for others
    }

    private void workOut(Channel channel, Question question, long deadline) {
        ScanControl control = () -> !isClosed && channel.isOpen() && System.nanoTime() - deadline < 0;
        Answer answer;
        try {
            answer = control.mayGoOn() ? question.answer(control) : late(channel);
        } catch (HistoryException e) {
            answer = Answer.error(channel.alloc(), HttpResponseStatus.SERVICE_UNAVAILABLE, text(e));
        } catch (RuntimeException e) {
            LOG.warn("a question has no answer", e);
            answer = Answer.error(channel.alloc(), HttpResponseStatus.INTERNAL_SERVER_ERROR, text(e));
        }
        send(channel, answer);
    }

    private static Answer late(Channel channel) {
        return Answer.error(
                channel.alloc(),
                HttpResponseStatus.SERVICE_UNAVAILABLE,
                "other questions took too long; ask again later");
    }

    private static String text(RuntimeException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private static void send(Channel channel, Answer answer) {
        try {
            channel.eventLoop().execute(() -> Replies.send(channel, answer));
        } catch (RejectedExecutionException e) { // the gateway was closed meanwhile
            answer.body().release();
        }
    }

    /** Stops what is under way, and waits for that a few seconds at most. */
    @Override
    public void close() {
        isClosed = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("a question is still under way");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
