package io.weir.aggregator;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionProtocol;
import java.util.EnumMap;
import java.util.Map;

/** Counts closed sessions by protocol and reason. One thread; what {@link #published()} returns is immutable and for any. */
final class CloseCounter {
    private static final SessionProtocol[] PROTOCOLS = SessionProtocol.values();
    private static final CloseReason[] REASONS = CloseReason.values();

    private long[] counts = new long[PROTOCOLS.length * REASONS.length];
    private boolean isShared;

    void add(SessionProtocol protocol, CloseReason reason, long sessions) {
        if (isShared) {
            counts = counts.clone();
            isShared = false;
        }
        counts[index(protocol, reason)] += sessions;
    }

    void clear() {
        counts = new long[counts.length];
        isShared = false;
    }

    long count(SessionProtocol protocol, CloseReason reason) {
        return counts[index(protocol, reason)];
    }

    private static int index(SessionProtocol protocol, CloseReason reason) {
        return protocol.ordinal() * REASONS.length + reason.ordinal();
    }

    /** The counts as they are now. */
    ClosedCounts published() {
        isShared = true;
        return new Published(counts);
    }

    /** Over all protocols; a reason that never came is not in it. */
    Map<CloseReason, Long> byReason() {
        EnumMap<CloseReason, Long> sums = new EnumMap<>(CloseReason.class);
        for (SessionProtocol protocol : PROTOCOLS) {
            for (CloseReason reason : REASONS) {
                long count = count(protocol, reason);
                if (count > 0) {
                    sums.merge(reason, count, Long::sum);
                }
            }
        }
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
