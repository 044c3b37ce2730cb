package io.weir.aggregator.care;

import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Events in a row, of which the deltas of one session are added up in the place of its last one. One thread; as large as what stays.
 *
 * <p>A session's sum never passes an event that states it: its close, its exchange; nor a warning of a quota, which states what its user has used. Nor does it pass midnight in UTC, however often the clock does: what users have
 * used is added up by days.
 */
final class DeltaWindow {
    private static final int HOLES_KEPT = 4_096;
    private static final long DAY_MILLIS = 86_400_000L;

    /** An event that stays, or what a session moved. */
    static final class Kept {
        final long sequence;
        final long atMillis;
        final long sessionId;
        final @Nullable LedgerEvent event; // null: a delta
        final Counts delta = new Counts();

        private Kept(long sequence, long atMillis, long sessionId, @Nullable LedgerEvent event) {
            this.sequence = sequence;
            this.atMillis = atMillis;
            this.sessionId = sessionId;
            this.event = event;
        }
    }

    private final Map<Long, Integer> sums = new HashMap<>(); // of a session: where in the list
    private List<@Nullable Kept> list = new ArrayList<>();
    private int holes;
    private long day;

    void event(long sequence, long atMillis, LedgerEvent event) {
        if (event instanceof SessionClosed closed) {
            sums.remove(closed.sessionId());
        } else if (event instanceof ExchangeCompleted exchange) {
            sums.remove(exchange.sessionId());
        } else if (event instanceof QuotaWarned) {
            sums.clear();
        }
        list.add(new Kept(sequence, atMillis, 0, event));
    }

    /** Adds a delta to what the session moved before, if it {@code merges}. */
    void delta(long sequence, long atMillis, long sessionId, Counts delta, boolean merges) {
        long now = Math.floorDiv(atMillis, DAY_MILLIS);
        if (now != day) {
            sums.clear();
            day = now;
        }
        Kept fresh = new Kept(sequence, atMillis, sessionId, null);
        fresh.delta.set(delta);
        Integer known = merges ? sums.get(sessionId) : null;
        Kept sum = known == null ? null : list.get(known);
        if (known != null && sum != null && tryAdd(fresh.delta, sum.delta)) {
            list.set(known, null);
            holes++;
        }
        sums.put(sessionId, list.size());
        list.add(fresh);
        if (holes > HOLES_KEPT && holes > list.size() / 2) {
            squeeze();
        }
    }

    private static boolean tryAdd(Counts sum, Counts delta) {
        try {
            sum.addExact(delta);
            return true;
        } catch (ArithmeticException overflow) {
            return false;
        }
    }

    private void squeeze() {
        List<@Nullable Kept> dense = new ArrayList<>(list.size() - holes);
        for (int i = 0; i < list.size(); i++) {
            Kept each = list.get(i);
            if (each != null) {
                if (each.event == null) {
                    sums.replace(each.sessionId, i, dense.size());
                }
                dense.add(each);
            }
        }
        list = dense;
        holes = 0;
    }

    /** How many events stay so far. */
    int size() {
        return list.size() - holes;
    }

    /** Hands out what stays, in order, and is empty. */
    List<Kept> take() {
        List<Kept> taken = new ArrayList<>(size());
        for (Kept each : list) {
            if (each != null) {
                taken.add(each);
            }
        }
        list = new ArrayList<>();
        sums.clear();
        holes = 0;
        return taken;
    }
}
