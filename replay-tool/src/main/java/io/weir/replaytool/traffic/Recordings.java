package io.weir.replaytool.traffic;

import io.weir.aggregator.EventSink;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects the recorded exchanges of a range, as many as fit a bound. One thread. */
public final class Recordings implements EventSink {
    /** What all of them may take. */
    public static final long MAX_BYTES = 256L << 20;

    private final long firstSequence;
    private final List<Recording> all = new ArrayList<>();
    private long bytes;

    /** @param firstSequence what comes before it is passed over */
    public Recordings(long firstSequence) {
        this.firstSequence = firstSequence;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        if (sequence >= firstSequence && event instanceof ExchangeCompleted exchange) {
            Recording recording = new Recording(sequence, exchange);
            bytes += recording.heldBytes();
            if (bytes > MAX_BYTES) {
                throw new TooManyException(all.size());
            }
            all.add(recording);
        }
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        // no exchange
    }

    /** All of them in the order in which their requests came. */
    public List<Recording> inOrder() {
        List<Recording> sorted = new ArrayList<>(all);
        sorted.sort(Comparator.comparingLong(Recording::startedAtMillis).thenComparingLong(Recording::sequence));
        return sorted;
    }

    /** There are more than can be held. */
    public static final class TooManyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyException(int held) {
            super("more exchanges than the " + held + " that fit into memory; narrow the range with --from and --to");
        }
    }
}
