package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.Tally;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands out what each session did in a range of events: once, when it ended or at {@link #end}, or once for every span of time in which
 * it did anything. One thread. Holds no more than the open sessions that did something.
 *
 * <p>It is shown each event before the fold is, and asks the fold what a session is. So a tunnel that turns out to be readable is what
 * it turned out to be with all its bytes, unless a span ended before.
 */
final class SessionParts implements EventSink {
    /**
     * What a session did in a span of the range. Immutable.
     *
     * @param session the session; closed only if it ended in the range
     * @param moved its bytes in the span
     * @param spanMillis where the span begins; 0 if the range is not divided
     * @param isFirst whether it is the session's first part
     * @param isNewInSpan whether the session did nothing in the span before; times may step back, so spans may come again
     * @param isOpening whether it was opened in the span
     * @param isEnding whether it ended in the span
     */
    record Part(
            ConnectionInfo session,
            Tally moved,
            long spanMillis,
            boolean isFirst,
            boolean isNewInSpan,
            boolean isOpening,
            boolean isEnding) {}

    /** Takes the parts, in the order of their ends. */
    interface Taker {
        void part(Part part);
    }

    /** What a session did in the span that it is in, and in which spans it was. */
    private static final class Moving {
        final Counts counts = new Counts();
        long spanMillis;
        boolean isOpening;
        boolean isFirst = true;
        boolean isNewInSpan = true;
        private long earliest;
        private long latest;

        Moving(long spanMillis) {
            this.spanMillis = spanMillis;
            earliest = spanMillis;
            latest = spanMillis;
        }

        void moveTo(long span) {
            counts.clear();
            isOpening = false;
            isFirst = false;
            isNewInSpan = span < earliest || span > latest;
            spanMillis = span;
            earliest = Math.min(earliest, span);
            latest = Math.max(latest, span);
        }
    }

    private final LedgerFold fold;
    private final EventRange range;
    private final long spanMillis;
    private final Taker taker;
    private final Map<Long, Moving> moving = new LinkedHashMap<>();

    /**
     * Prepares to follow a fold.
     *
     * @param spanMillis how long a span is; 0 for one of the whole range
     */
    SessionParts(LedgerFold fold, EventRange range, long spanMillis, Taker taker) {
        this.fold = fold;
        this.range = range;
        this.spanMillis = spanMillis;
        this.taker = taker;
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        if (!range.holds(sequence, atMillis)) {
            return;
        }
        Moving known = moving.get(sessionId);
        if (known == null && fold.findOpen(sessionId) == null) {
            return; // a violation, which the fold notes; or there is no state yet
        }
        try {
            inSpan(sessionId, known, atMillis).counts.addExact(delta);
        } catch (ArithmeticException overflow) {
            return; // a violation, which the fold notes
        }
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        boolean isInRange = range.holds(sequence, atMillis) && fold.isStarted();
        if (event instanceof SessionOpened opened && isInRange) {
            if (fold.findOpen(opened.sessionId()) == null) {
                inSpan(opened.sessionId(), null, atMillis).isOpening = true;
            }
        } else if (event instanceof SessionClosed closed) {
            closed(closed, atMillis, isInRange);
        }
    }

    private void closed(SessionClosed closed, long atMillis, boolean isInRange) {
        ConnectionInfo open = fold.findOpen(closed.sessionId());
        Moving known = moving.get(closed.sessionId());
        if (open != null && isInRange) {
            Moving last = inSpan(closed.sessionId(), known, atMillis);
            handOut(Endings.of(open, atMillis, closed), last, true);
        } else if (open != null && known != null) {
            handOut(open, known, false); // it was open at the range's end
        }
        moving.remove(closed.sessionId());
    }

    private Moving inSpan(long sessionId, @Nullable Moving known, long atMillis) {
        long span = spanMillis == 0 ? 0 : atMillis - atMillis % spanMillis;
        if (known == null) {
            Moving begun = new Moving(span);
            moving.put(sessionId, begun);
            return begun;
        }
        if (known.spanMillis != span) {
            ConnectionInfo open = fold.findOpen(sessionId);
            if (open != null) {
                handOut(open, known, false);
            }
            known.moveTo(span);
        }
        return known;
    }

    private void handOut(ConnectionInfo session, Moving what, boolean isEnding) {
        taker.part(new Part(
                session,
                what.counts.toTally(),
                what.spanMillis,
                what.isFirst,
                what.isNewInSpan,
                what.isOpening,
                isEnding));
    }

    /** The journal was read: hands out what sessions did that are still open. */
    void end() {
        moving.forEach((id, what) -> {
            ConnectionInfo open = fold.findOpen(id);
            if (open != null) {
                handOut(open, what, false);
            }
        });
        moving.clear();
    }
}
