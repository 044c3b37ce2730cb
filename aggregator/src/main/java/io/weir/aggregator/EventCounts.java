package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointCounts.Closed;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Counts closed sessions by protocol and reason, and refused connections. One thread; what {@link #published()} returns is
 * immutable and for any.
 *
 * <p>It counts since the journal's first event, or since a checkpoint from the time when checkpoints did not carry these counts. So
 * a writer that began at such a checkpoint, and an auditor that read more, or less, differ by what lies between: by no less than
 * nothing at their first common checkpoint, and at each later one by the same.
 */
final class EventCounts {
    private static final SessionProtocol[] PROTOCOLS = SessionProtocol.values();
    private static final CloseReason[] REASONS = CloseReason.values();
    private static final int WIDTH = REASONS.length + 1; // codes begin at 1
    private static final int LENGTH = (PROTOCOLS.length + 1) * WIDTH;
    private static final int REFUSED = 0; // no protocol has this code

    private long[] counts = new long[LENGTH];
    private boolean isShared;
    private long sinceSequence;
    private long[] difference = new long[0];
    private long differenceSince = -1;

    void closed(SessionProtocol protocol, CloseReason reason) {
        own()[index(protocol, reason)]++;
    }

    void refused() {
        own()[REFUSED]++;
    }

    /** The counts, not those of a snapshot. */
    private long[] own() {
        if (isShared) {
            counts = counts.clone();
            isShared = false;
        }
        return counts;
    }

    private static int index(SessionProtocol protocol, CloseReason reason) {
        return protocol.code() * WIDTH + reason.code();
    }

    /** Begins with nothing: what happened up to this sequence is not known. */
    void startAt(long sequence) {
        Arrays.fill(own(), 0);
        sinceSequence = sequence;
    }

    /** Takes over what a checkpoint states. */
    void adopt(CheckpointCounts stated) {
        counts = toArray(stated);
        isShared = false;
        sinceSequence = stated.sinceSequence();
    }

    private static long[] toArray(CheckpointCounts stated) {
        long[] counts = new long[LENGTH];
        for (Closed closed : stated.closed()) {
            counts[index(closed.protocol(), closed.reason())] = closed.sessions();
        }
        counts[REFUSED] = stated.refused();
        return counts;
    }

    CheckpointCounts toCheckpoint() {
        List<Closed> closed = new ArrayList<>();
        for (SessionProtocol protocol : PROTOCOLS) {
            for (CloseReason reason : REASONS) {
                long sessions = counts[index(protocol, reason)];
                if (sessions != 0) {
                    closed.add(new Closed(protocol, reason, sessions));
                }
            }
        }
        return new CheckpointCounts(sinceSequence, closed, refusedCount());
    }

    /** Whether a checkpoint states what was counted here. */
    boolean agreesWith(CheckpointCounts stated) {
        long[] other = toArray(stated);
        if (stated.sinceSequence() == sinceSequence) {
            return Arrays.equals(other, counts);
        }
        boolean knowMore = sinceSequence < stated.sinceSequence();
        long[] now = knowMore ? minus(counts, other) : minus(other, counts);
        boolean isFirst = differenceSince != stated.sinceSequence();
        boolean agrees = isFirst ? Arrays.stream(now).allMatch(each -> each >= 0) : Arrays.equals(now, difference);
        difference = now;
        differenceSince = stated.sinceSequence();
        return agrees;
    }

    private static long[] minus(long[] more, long[] less) {
        long[] difference = more.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= less[i];
        }
        return difference;
    }

    long refusedCount() {
        return counts[REFUSED];
    }

    /** The closed sessions as they are now. */
    ClosedCounts published() {
        isShared = true;
        return new Published(counts);
    }

    /** The closed sessions over all protocols; a reason that never came is not in it. */
    Map<CloseReason, Long> closedByReason() {
        Map<CloseReason, Long> sums = new EnumMap<>(CloseReason.class);
        toCheckpoint().closed().forEach(closed -> sums.merge(closed.reason(), closed.sessions(), Long::sum));
        return sums;
    }

    private static final class Published implements ClosedCounts {
        private final long[] counts;

        Published(long[] counts) {
            this.counts = counts;
        }

        @Override
        public long count(SessionProtocol protocol, CloseReason reason) {
            return counts[index(protocol, reason)];
        }
    }
}
