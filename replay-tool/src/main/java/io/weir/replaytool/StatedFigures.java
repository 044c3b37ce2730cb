package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.EventSink;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.seal.SealPublicKey;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.Seal;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a signed statement, when it is made and when it is checked: what a subject moved in a time, of all events up to a sequence. One
 * thread, once; is shown each event before the fold is.
 *
 * <p>Whatever the journal holds behind that sequence changes no figure, so they come out the same however far it has gone on.
 */
final class StatedFigures implements EventSink {
    private final LedgerFold fold;
    private final Subject.Named subject;
    private final EventRange range;
    private final Statement statement;
    private long first;
    private long basisMillis = -1;
    private long latestMillis;
    private long waiting;
    private boolean hasEnded;
    private boolean isSealed;
    private boolean isSessionBehind;
    private @Nullable ConnectionInfo session;
    private @Nullable Seal seal;
    private long sealMillis;

    /**
     * Prepares to follow a fold from the journal's beginning.
     *
     * @param range from when to when, and up to which sequence
     */
    StatedFigures(LedgerFold fold, Subject.Named subject, EventRange range) {
        this.fold = fold;
        this.subject = subject;
        this.range = range;
        this.statement = new Statement(fold, Grouping.ALL, range, subject, 1);
    }

    @Override
    public void transferred(long sequence, long atMillis, long sessionId, Counts delta) {
        came(sequence, atMillis);
        if (sequence <= range.lastSequence()) {
            statement.transferred(sequence, atMillis, sessionId, delta);
        } else {
            behind(atMillis);
        }
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        came(sequence, atMillis);
        if (event instanceof Seal each) {
            seal(sequence, atMillis, each);
        }
        if (sequence <= range.lastSequence()) {
            if (event instanceof SessionClosed closed && subject.isId(closed.sessionId())) {
                closed(atMillis, closed);
            }
            statement.event(sequence, atMillis, event);
        } else if (event instanceof Seal) {
            end(); // one follows the other for ever
        } else {
            behind(atMillis);
            isSessionBehind |= event instanceof SessionOpened opened && subject.isId(opened.sessionId());
        }
    }

    private void came(long sequence, long atMillis) {
        if (first == 0) {
            first = sequence;
        }
        if (first > 1 && !fold.isStarted()) {
            basisMillis = Math.max(basisMillis, atMillis);
        }
        latestMillis = Math.max(latestMillis, atMillis);
    }

    private void seal(long sequence, long atMillis, Seal each) {
        if (!isSealed && each.firstSequence() != first) {
            basisMillis = Math.max(basisMillis, latestMillis); // this seal vouches for nothing before it
        }
        isSealed = true;
        if (sequence - 1 == range.lastSequence()) {
            seal = each;
            sealMillis = atMillis;
        }
    }

    private void closed(long atMillis, SessionClosed closed) {
        ConnectionInfo open = fold.findOpen(closed.sessionId());
        if (open != null) {
            session = atMillis < range.toMillis() ? Endings.of(open, atMillis, closed) : open;
        }
    }

    private void behind(long atMillis) {
        end();
        waiting += atMillis >= range.fromMillis() && atMillis < range.toMillis() ? 1 : 0;
    }

    /** Nothing more is to be counted. */
    void end() {
        if (!hasEnded) {
            hasEnded = true;
            if (session == null && subject.kind() == Subject.Named.Kind.SESSION) {
                session = fold.findOpen(Long.parseLong(subject.name()));
            }
            statement.end(1);
        }
    }

    /** The first event of the journal. */
    long first() {
        return first;
    }

    /** Events up to this time can't be stated: they came before the journal's beginning, or before its seals. −1 if all can be. */
    long basisMillis() {
        return basisMillis;
    }

    /** Whether the time begins when it is not known, or not proved, what there was. */
    boolean beginsTooEarly() {
        return basisMillis >= range.fromMillis() || first > range.lastSequence();
    }

    /** How many events of the time lie behind the sequence, seals not counted. */
    long waiting() {
        return waiting;
    }

    /** The first event of the time; 0 if there is none. */
    long firstSequence() {
        return statement.firstSequence();
    }

    /** The seal that was met behind the sequence; null if none was. */
    @Nullable Seal seal() {
        return seal;
    }

    /** Whether the session that is asked for is in the journal up to the sequence, or another subject is. */
    boolean isSubjectKnown() {
        return subject.kind() != Subject.Named.Kind.SESSION || session != null;
    }

    /** Whether the session that is asked for comes behind the sequence. */
    boolean isSubjectBehind() {
        return isSessionBehind;
    }

    /** Whether the subject did nothing at all. */
    boolean isEmpty() {
        Group sum = statement.sum();
        return sum.sessions() == 0 && sum.refused() == 0;
    }

    /** The figures and the seal as a statement has them: what the journal alone determines. */
    Map<StatementField, String> values() {
        Map<StatementField, String> values = new EnumMap<>(StatementField.class);
        if (statement.firstSequence() != 0) {
            put(values, StatementField.FIRST_SEQUENCE, statement.firstSequence());
            put(values, StatementField.LAST_SEQUENCE, statement.lastSequence());
        }
        figures(values, statement.sum());
        put(values, StatementField.STARTS, statement.starts());
        put(values, StatementField.CRASHES, statement.crashes());
        put(values, StatementField.GAPS, statement.gaps());
        ConnectionInfo stated = session;
        if (stated != null) {
            session(values, stated);
        }
        Seal met = seal;
        if (met != null) {
            values.put(StatementField.NODE, met.nodeId());
            put(values, StatementField.SEAL_SEQUENCE, met.lastSequence() + 1);
            values.put(StatementField.SEAL_TIME, Figures.time(sealMillis));
            values.put(StatementField.SEAL_DIGEST, met.digest());
            values.put(StatementField.KEY, SealPublicKey.ofHex(met.publicKey()).id());
        }
        return values;
    }

    private static void figures(Map<StatementField, String> values, Group sum) {
        put(values, StatementField.SESSIONS, sum.sessions());
        put(values, StatementField.OPENED, sum.opened());
        put(values, StatementField.ENDED, sum.ended());
        put(values, StatementField.OPEN, sum.sessions() - sum.ended());
        put(values, StatementField.CRASHED, sum.crashed());
        put(values, StatementField.REFUSED, sum.refused());
        put(values, StatementField.UP, sum.counts().up());
        put(values, StatementField.DOWN, sum.counts().down());
        put(values, StatementField.OVERHEAD_UP, sum.counts().overheadUp());
        put(values, StatementField.OVERHEAD_DOWN, sum.counts().overheadDown());
        put(values, StatementField.ORIGIN_UP, sum.counts().originUp());
        put(values, StatementField.ORIGIN_DOWN, sum.counts().originDown());
        if (sum.hasTunnel()) {
            put(values, StatementField.UNDELIVERED_UP, sum.undeliveredUp());
            put(values, StatementField.UNDELIVERED_DOWN, sum.undeliveredDown());
        }
    }

    private static void session(Map<StatementField, String> values, ConnectionInfo session) {
        put(values, StatementField.PARENT, session.parentId());
        values.put(StatementField.PROTOCOL, session.protocol().label());
        values.put(StatementField.REMOTE, session.remote());
        values.put(StatementField.USER, session.user());
        values.put(StatementField.HOST, session.host());
        values.put(StatementField.OPENED_AT, Figures.time(session.openedAtMillis()));
        var reason = session.reason();
        if (reason != null) {
            values.put(StatementField.CLOSED_AT, Figures.time(session.closedAtMillis()));
        }
        values.put(StatementField.REASON, reason == null ? "open" : reason.name());
    }

    private static void put(Map<StatementField, String> values, StatementField field, long number) {
        values.put(field, Long.toString(number));
    }
}
