package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.replaytool.SessionParts.Part;
import java.util.List;

/**
 * What the root sessions of a subject moved in a time, by group. One thread; is shown each event before the fold is. Bounded: see {@link GroupTable}.
 *
 * <p>Unless the subject is one session only roots count, so that each byte counts once. A delta counts at its own time, that of its journaling.
 */
final class Statement implements EventSink {
    private final LedgerFold fold;
    private final Grouping grouping;
    private final EventRange range;
    private final Subject subject;
    private final SessionParts parts;
    private final GroupTable groups;
    private boolean isRunning;
    private long starts;
    private long crashes;
    private long gaps;
    private long firstSequence;
    private long lastSequence;

    Statement(LedgerFold fold, Grouping grouping, EventRange range, Subject subject, int groupsHeld) {
        this.fold = fold;
        this.grouping = grouping;
        this.range = range;
        this.subject = subject;
        this.parts = new SessionParts(fold, range, grouping.spanMillis(), this::part);
        this.groups = new GroupTable(groupsHeld, grouping == Grouping.SESSION);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        parts.transferred(sequence, atMillis, sessionId, delta);
        noteRange(sequence, atMillis);
        isRunning = true;
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        parts.event(sequence, atMillis, event);
        noteRange(sequence, atMillis);
        if (event instanceof NodeStarted) {
            started(sequence, atMillis);
        } else if (event instanceof NodeStopped) {
            isRunning = false;
        } else if (!(event instanceof Seal)) {
            isRunning = true; // a seal may follow the stop, or precede a start
        }
        if (event instanceof ConnectionRefused refused && range.holds(sequence, atMillis)) {
            refused(refused, atMillis);
        } else if (event instanceof JournalGap gap
                && gap.toMillis() >= range.fromMillis()
                && gap.fromMillis() < range.toMillis()) {
            gaps++;
        }
    }

    private void noteRange(long sequence, long atMillis) {
        if (range.holds(sequence, atMillis)) {
            firstSequence = firstSequence == 0 ? sequence : firstSequence;
            lastSequence = sequence;
        }
    }

    private void started(long sequence, long atMillis) {
        boolean isCrash = isRunning || (sequence > 1 && fold.openCount() > 0);
        if (range.holds(sequence, atMillis)) {
            starts++;
            crashes += isCrash ? 1 : 0;
        }
        isRunning = true;
    }

    private void part(Part part) {
        if (!subject.counts(part.session())) {
            return;
        }
        Group group = groups.of(grouping.keyOf(part));
        group.add(part, part.isNewInSpan());
        groups.sum().add(part, part.isFirst());
        if (grouping == Grouping.SESSION) {
            group.describe(part.session());
        }
    }

    private void refused(ConnectionRefused refused, long atMillis) {
        ConnectionInfo session = refused.sessionId() == 0 ? null : fold.findOpen(refused.sessionId());
        if (subject.counts(refused, session)) {
            groups.sum().addRefused();
            grouping.keyOf(refused, atMillis)
                    .map(groups::of)
                    .orElse(groups.rest())
                    .addRefused();
        }
    }

    /** The journal was read. At most so many groups are left, the largest. */
    void end(int top) {
        parts.end();
        groups.mergeTo(top);
    }

    Grouping grouping() {
        return grouping;
    }

    EventRange range() {
        return range;
    }

    SessionFilter filter() {
        return subject instanceof Subject.Filtered filtered ? filtered.filter() : SessionFilter.ALL;
    }

    /** The groups: those of times in their order, others the largest first. */
    List<Group> groups() {
        return grouping.spanMillis() > 0 ? groups.byKey() : groups.largestFirst();
    }

    /** What is in none of {@link #groups()}. */
    Group rest() {
        return groups.rest();
    }

    /** How many groups are in the rest. */
    long merged() {
        return groups.merged();
    }

    /** All of it, exactly. */
    Group sum() {
        return groups.sum();
    }

    /** How often the node was started. */
    long starts() {
        return starts;
    }

    /** How often it was started after it had not ended in order. */
    long crashes() {
        return crashes;
    }

    /** How many times without a journal touch the range. */
    long gaps() {
        return gaps;
    }

    /** The first event of the range; 0 if there is none. */
    long firstSequence() {
        return firstSequence;
    }

    /** The last event of the range. */
    long lastSequence() {
        return lastSequence;
    }
}
