package io.weir.aggregator;

import io.weir.aggregator.journal.RecordEncoder;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.RingSlot;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Events that are to be journaled together, in order, with at most one delta a session: later ones are added to the
 * first. Consumer thread; its arrays are used again, so that deltas allocate nothing.
 *
 * <p>A delta moves forward to the session's first one and so never past the session's close.
 */
final class EventBatch implements EventSink {
    private static final int INITIAL_CAPACITY = 1_024;
    private static final int EVENT_BYTES = 256; // what another event takes, about

    private @Nullable LedgerEvent[] events = new LedgerEvent[INITIAL_CAPACITY]; // null stands for a delta
    private long[] atMillis = new long[INITIAL_CAPACITY];
    private long[] sessionIds = new long[INITIAL_CAPACITY];
    private @Nullable Counts[] deltas = new Counts[INITIAL_CAPACITY];
    private final LongIntMap deltaOfSession = new LongIntMap();
    private int size;
    private long exchangeBytes;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** What it takes in memory, in events: an exchange, which is large, weighs as many as would take its place. */
    long weight() {
        return size + exchangeBytes / EVENT_BYTES;
    }

    /** Takes over all that a slot says. */
    void add(RingSlot slot) {
        LedgerEvent notice = slot.notice();
        if (notice instanceof BytesTransferred bytes) {
            addDelta(bytes.sessionId(), CheckpointFold.toCounts(bytes.delta()), slot.noticeAtMillis());
            return;
        }
        if (notice != null) {
            add(slot.noticeAtMillis(), notice);
            return;
        }
        SessionOpened opened = slot.opened();
        if (opened != null) {
            add(slot.openedAtMillis(), opened);
        }
        SessionRoute route = slot.route();
        if (route != null) {
            add(slot.openedAtMillis(), new SessionRouted(slot.sessionId(), route));
        }
        SessionProtocol detected = slot.detected();
        if (detected != null) {
            add(slot.detectedAtMillis(), new ProtocolDetected(slot.sessionId(), detected));
        }
        String address = slot.originAddress();
        if (address != null) {
            add(slot.originConnectedAtMillis(), new OriginConnected(slot.sessionId(), address));
        }
        if (!slot.delta().isZero()) {
            addDelta(slot.sessionId(), slot.delta(), Math.max(slot.openedAtMillis(), slot.closedAtMillis()));
        }
        ExchangeCompleted exchange = slot.exchange();
        if (exchange != null) {
            add(exchange.completedAtMillis(), exchange);
        }
        SessionClosed closed = slot.closed();
        if (closed != null) {
            add(slot.closedAtMillis(), closed);
        }
    }

    void add(long eventAtMillis, LedgerEvent event) {
        int i = next();
        events[i] = event;
        atMillis[i] = eventAtMillis;
        if (event instanceof ExchangeCompleted exchange) {
            deltaOfSession.remove(exchange.sessionId()); // it states the sum so far: later deltas stay behind it
            exchangeBytes += RecentExchanges.estimatedBytes(exchange);
        }
    }

    private void addDelta(long sessionId, Counts delta, long eventAtMillis) {
        if (isNegative(delta)) { // can't be written; the close will show what is missing
            add(eventAtMillis, new ConservationViolated(sessionId, "a negative delta", Tally.ZERO, Tally.ZERO));
            return;
        }
        int known = sessionId > 0 ? deltaOfSession.get(sessionId) : LongIntMap.ABSENT;
        if (known == LongIntMap.ABSENT || !tryMerge(known, delta)) {
            int i = next();
            events[i] = null;
            sessionIds[i] = sessionId;
            counts(i).set(delta);
            if (sessionId > 0) {
                deltaOfSession.put(sessionId, i);
            }
        }
    }

    private boolean tryMerge(int index, Counts delta) {
        try {
            counts(index).addExact(delta);
            return true;
        } catch (ArithmeticException overflow) {
            return false;
        }
    }

    private static boolean isNegative(Counts delta) {
        return (delta.up()
                        | delta.down()
                        | delta.overheadUp()
                        | delta.overheadDown()
                        | delta.originUp()
                        | delta.originDown())
                < 0;
    }

    /** Adds an event that was in a record which turned out not to be in the journal. Its number is void. */
    @Override
    public void event(long sequence, long eventAtMillis, LedgerEvent event) {
        add(eventAtMillis, event);
    }

    @Override
    public void transferred(long sequence, long eventAtMillis, long sessionId, Counts delta) {
        addDelta(sessionId, delta, eventAtMillis);
    }

    /** Adds all of another batch. */
    void addAll(EventBatch other) {
        for (int i = 0; i < other.size; i++) {
            LedgerEvent event = other.events[i];
            if (event != null) {
                add(other.atMillis[i], event);
            } else {
                addDelta(other.sessionIds[i], other.counts(i), 0);
            }
        }
    }

    /** Encodes from {@code from} on until the record is full or nothing is left. Answers what comes next. */
    int encode(int from, RecordEncoder record) {
        int i = from;
        while (i < size) {
            LedgerEvent event = events[i];
            boolean added =
                    event != null ? record.tryAdd(atMillis[i], event) : record.tryAddDelta(sessionIds[i], counts(i));
            if (!added) {
                break;
            }
            i++;
        }
        return i;
    }

    /** What the deltas add up to, over root sessions. Saturates. */
    Tally carried(LedgerFold before) {
        Set<Long> children = new HashSet<>();
        Counts sum = new Counts();
        for (int i = 0; i < size; i++) {
            if (events[i] instanceof SessionOpened opened && !opened.isRoot()) {
                children.add(opened.sessionId());
            } else if (events[i] == null && !isChild(sessionIds[i], children, before)) {
                add(sum, counts(i));
            }
        }
        return sum.toTally();
    }

    private static boolean isChild(long sessionId, Set<Long> children, LedgerFold before) {
        ConnectionInfo open = before.findOpen(sessionId);
        return open != null ? !open.isRoot() : children.contains(sessionId);
    }

    private static void add(Counts sum, Counts delta) {
        try {
            sum.addExact(delta);
        } catch (ArithmeticException overflow) {
            sum.set(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        }
    }

    void clear() {
        Arrays.fill(events, 0, size, null);
        size = 0;
        exchangeBytes = 0;
        deltaOfSession.clear();
    }

    /** Forgets the first {@code count} events. */
    void dropFirst(int count) {
        if (count == 0) {
            return;
        }
        EventBatch rest = new EventBatch();
        for (int i = count; i < size; i++) {
            LedgerEvent event = events[i];
            if (event != null) {
                rest.add(atMillis[i], event);
            } else {
                rest.addDelta(sessionIds[i], counts(i), 0);
            }
        }
        clear();
        addAll(rest);
    }

    private int next() {
        if (size == events.length) {
            int capacity = size * 2;
            events = Arrays.copyOf(events, capacity);
            atMillis = Arrays.copyOf(atMillis, capacity);
            sessionIds = Arrays.copyOf(sessionIds, capacity);
            deltas = Arrays.copyOf(deltas, capacity);
        }
        return size++;
    }

    private Counts counts(int index) {
        Counts counts = deltas[index];
        if (counts == null) {
            counts = new Counts();
            deltas[index] = counts;
        }
        return counts;
    }
}
