package io.weir.wsgateway;

import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.Snapshot;
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
        Future<?> tooLate = channel.eventLoop()
                .schedule(
                        () -> Replies.refuse(
                                channel, HttpResponseStatus.SERVICE_UNAVAILABLE, "the ledger does not answer"),
                        patienceMillis,
                        TimeUnit.MILLISECONDS);
        channel.closeFuture().addListener(closed -> tooLate.cancel(false));
        ledger.requestSnapshot(snapshot -> hop(channel, tooLate, reader, snapshot));
    }

    /** Aggregator's thread: nothing may be thrown into it. */
    private static void hop(Channel channel, Future<?> tooLate, Consumer<Snapshot> reader, Snapshot snapshot) {
        try {
            channel.eventLoop().execute(() -> {
                if (tooLate.cancel(false) && channel.isOpen()) {
                    reader.accept(snapshot);
                }
            });
        } catch (RejectedExecutionException e) {
            return; // the gateway was closed meanwhile
        }
    }
}
