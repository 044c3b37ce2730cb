package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.UsageReport;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Gives requests the ledger's state of after they came, so that nothing they could know of is missing in an answer. Event loop of the
 * channel.
 *
 * <p>An aggregator that is stuck or has stopped never answers; then the client is told so.
 */
final class FreshSnapshots {
    private final Ledger ledger;
    private final long patienceMillis;

    FreshSnapshots(Ledger ledger, Duration patience) {
        this.ledger = ledger;
        this.patienceMillis = patience.toMillis();
    }

    /** Calls the reader, on the event loop, or answers 503. */
    void with(Channel channel, Consumer<Snapshot> reader) {
        fresh(channel, ledger::requestSnapshot, reader);
    }

    /** The same with what users have used. */
    void usage(Channel channel, Consumer<UsageReport> reader) {
        fresh(channel, ledger::requestUsage, reader);
    }

    private <T> void fresh(Channel channel, Consumer<Consumer<T>> ask, Consumer<T> reader) {
        Future<?> tooLate = channel.eventLoop()
                .schedule(
                        () -> Replies.refuse(
                                channel, HttpResponseStatus.SERVICE_UNAVAILABLE, "the ledger does not answer"),
                        patienceMillis,
                        TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> tooLate.cancel(false));
        ask.accept(told -> hop(channel, tooLate, reader, told));
    }

    /** Aggregator's thread: nothing may be thrown into it. */
    private static <T> void hop(Channel channel, Future<?> tooLate, Consumer<T> reader, T told) {
        try {
            channel.eventLoop().execute(() -> {
                if (tooLate.cancel(false) && channel.isOpen()) {
                    reader.accept(told);
                }
            });
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }
}
