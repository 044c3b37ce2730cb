package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointConfig;
import io.weir.eventbus.LedgerEvent.CheckpointCounts;
import io.weir.eventbus.LedgerEvent.CheckpointEnded;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.CheckpointUsage;
import io.weir.eventbus.LedgerEvent.ConfigChanged;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.ConservationViolated;
import io.weir.eventbus.LedgerEvent.EventsOmitted;
import io.weir.eventbus.LedgerEvent.JournalGap;
import io.weir.eventbus.LedgerEvent.NodeStarted;
import io.weir.eventbus.LedgerEvent.NodeStopped;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.ProtocolDetected;
import io.weir.eventbus.LedgerEvent.QuotaWarned;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionIdsReserved;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The fold: {@code state × event → state}, the same for the live aggregator, recovery, replay and audit. One thread.
 *
 * <p>It is pure: no clock, no randomness, no order of a hash map, no configuration; all that it needs is in the event.
 * What cannot be right is a violation, never an exception: bytes for a session that is not open, a session opened or
 * closed twice, an id that is used again, a close whose totals are not the sum of the deltas, an exchange outside its tunnel,
 * a sum that overflows, a checkpoint that differs from the state. An event that was folded already is passed over.
 *
 * <p>A fold that does not begin with the first event of a journal waits for a checkpoint and adopts it; see
 * {@link #isStarted()}. One that has state compares each checkpoint with it. Where the journal states that events are lost, the state
 * is no longer sure: it goes on as well as it can, finds nothing wrong, and adopts the next checkpoint instead of comparing. What a checkpoint does not carry (lists of
 * violations and gaps, the closed sessions themselves; of old ones also the counts of closed sessions) is known since the fold began.
 */
public final class LedgerFold implements EventSink {
    /** How many gaps {@link #gaps()} lists at most. */
    public static final int GAPS_LISTED = 1_000;

    /**
     * A gap that the journal records.
     *
     * @param sequence the event's
     * @param event the gap
     */
    public record Gap(long sequence, JournalGap event) {}

    /** No change of the configuration was recorded. */
    private static final CheckpointConfig NO_CONFIG = new CheckpointConfig(0, "");

    private final SessionTable sessions = new SessionTable();
    private final Counts totals = new Counts();
    private final Counts sum = new Counts();
    private final ClosedSessions closedSessions = new ClosedSessions();
    private final EventCounts eventCounts = new EventCounts();
    private final ViolationLog violations = new ViolationLog();
    private final List<Gap> gaps = new ArrayList<>();
    private final CheckpointFold checkpoint = new CheckpointFold(this);
    private final TunnelFold tunnels = new TunnelFold(this);
    private final UsageFold usages = new UsageFold(this);
    private final UsedIds usedIds = new UsedIds();
    private boolean started;
    private boolean unsure;
    private long skipped;
    private long sequence;
    private long atMillis;
    private String nodeId = "";
    private long boot;
    private long bootFirstSessionId = 1;
    private long idsReservedBelow = 1;
    private long sessionsOpened;
    private long gapCount;
    private CheckpointConfig config = NO_CONFIG;

    /** Starts empty. */
    public LedgerFold() {}

    @Override
    public void event(long eventSequence, long eventAtMillis, LedgerEvent event) {
        if (!advanceTo(eventSequence, eventAtMillis)) {
            return;
        }
        if (event instanceof CheckpointBegun begun) {
            checkpoint.begun(begun);
        } else if (event instanceof CheckpointCounts counts) {
            checkpoint.counts(counts);
        } else if (event instanceof CheckpointConfig stated) {
            checkpoint.config(stated);
        } else if (event instanceof CheckpointUsage usage) {
            checkpoint.usage(usage);
        } else if (event instanceof CheckpointSession session) {
            checkpoint.session(session);
        } else if (event instanceof CheckpointEnded ended) {
            checkpoint.ended(ended);
        } else if (mayApply()) {
            apply(event);
        }
        if (event instanceof EventsOmitted omitted) {
            omitted(omitted);
        }
    }

    private void omitted(EventsOmitted omitted) {
        sequence = Math.max(sequence, omitted.lastSequence());
        unsure |= omitted.isLost();
    }

    @Override
    public void transferred(long eventSequence, long eventAtMillis, long sessionId, Counts delta) {
        if (!advanceTo(eventSequence, eventAtMillis) || !mayApply()) {
            return;
        }
        int row = sessions.rowOf(sessionId);
        if (row == LongIntMap.ABSENT) {
            violated(sessionId, "bytes for a session that is not open", Tally.ZERO, delta.toTally());
            return;
        }
        add(row, sessionId, delta);
    }

    private boolean advanceTo(long eventSequence, long eventAtMillis) {
        if (eventSequence <= sequence) {
            return false;
        }
        sequence = eventSequence;
        atMillis = eventAtMillis;
        return true;
    }

    private boolean mayApply() {
        checkpoint.breakOff();
        if (sequence == 1) {
            started = true;
        }
        if (!started) {
            skipped++;
        }
        return started;
    }

    private void apply(LedgerEvent event) {
        if (event instanceof SessionOpened opened) {
            opened(opened);
        } else if (event instanceof SessionRouted routed) {
            routed(routed);
        } else if (event instanceof OriginConnected connected) {
            connected(connected);
        } else if (event instanceof SessionClosed closed) {
            closed(closed);
        } else if (event instanceof ExchangeCompleted exchange) {
            tunnels.completed(exchange);
        } else if (event instanceof ProtocolDetected detected) {
            tunnels.detected(detected);
        } else if (event instanceof BytesTransferred) {
            throw new IllegalArgumentException("deltas come through transferred()");
        } else if (event instanceof SessionIdsReserved reserved) {
            idsReservedBelow = Math.max(idsReservedBelow, reserved.below());
        } else if (event instanceof NodeStarted node) {
            nodeStarted(node);
        } else if (event instanceof NodeStopped node) {
            nodeStopped(node);
        } else if (event instanceof ConservationViolated violation) {
            violations.recorded(sequence, atMillis, violation);
        } else if (event instanceof JournalGap gap) {
            gap(gap);
        } else if (event instanceof ConnectionRefused refused) {
            refused(refused);
        } else if (event instanceof ConfigChanged changed) {
            config = new CheckpointConfig(changed.version(), changed.digest());
        } else if (event instanceof QuotaWarned warning) {
            usages.warned(warning);
        }
        // InterceptionBypassed, CommandReceived, OverloadChanged, Seal and JournalPruned inform and change no count
    }

    private void opened(SessionOpened opened) {
        long id = opened.sessionId();
        if (id <= 0) {
            violated(id, "session opened without an id", Tally.ZERO, Tally.ZERO);
            return;
        }
        boolean isNew = usedIds.use(id) && id >= bootFirstSessionId;
        if (!isNew) {
            violated(id, "session id used again", Tally.ZERO, Tally.ZERO);
        }
        if (sessions.rowOf(id) != LongIntMap.ABSENT) {
            return; // its bytes go to the one that is open
        }
        sessionsOpened++;
        tunnels.opening(opened);
        addRow(new Facts(opened, atMillis, "", SessionRoute.NONE));
    }

    private int addRow(Facts facts) {
        int row = sessions.add(facts, sequence);
        sessions.usage(row, usages.opened(facts.opened()));
        tunnels.added(facts.opened());
        return row;
    }

    private void routed(SessionRouted routed) {
        int row = sessions.rowOf(routed.sessionId());
        if (row == LongIntMap.ABSENT) {
            violated(routed.sessionId(), "route of a session that is not open", Tally.ZERO, Tally.ZERO);
            return;
        }
        sessions.replaceFacts(row, sessions.facts(row).routed(routed.route()), sequence);
    }

    private void connected(OriginConnected connected) {
        int row = sessions.rowOf(connected.sessionId());
        if (row == LongIntMap.ABSENT) {
            violated(connected.sessionId(), "origin connected for a session that is not open", Tally.ZERO, Tally.ZERO);
            return;
        }
        sessions.replaceFacts(row, sessions.facts(row).connectedTo(connected.address()), sequence);
    }

    private void add(int row, long sessionId, Counts delta) {
        sessions.read(row, sum);
        try {
            sum.addExact(delta);
        } catch (ArithmeticException overflow) {
            violated(sessionId, "sum of a session passes 2^63", sum.toTally(), delta.toTally());
            return;
        }
        sessions.write(row, sum, sequence);
        if (sessions.facts(row).opened().isRoot()) {
            addToTotals(sessionId, delta);
            UserUsage usage = sessions.usage(row);
            if (usage != null) {
                usages.add(usage, sessionId, atMillis, delta);
            }
        }
    }

    private void addToTotals(long sessionId, Counts delta) {
        try {
            totals.addExact(delta);
        } catch (ArithmeticException overflow) {
            violated(sessionId, "sum of all sessions passes 2^63", totals.toTally(), delta.toTally());
        }
    }

    private void closed(SessionClosed closed) {
        int row = sessions.rowOf(closed.sessionId());
        if (row == LongIntMap.ABSENT) {
            violated(closed.sessionId(), "closed a session that is not open", closed.totals(), Tally.ZERO);
            return;
        }
        Facts facts = sessions.facts(row);
        sessions.read(row, sum);
        Tally found = sum.toTally();
        UserUsage usage = sessions.usage(row);
        if (usage != null) {
            usages.closed(usage);
        }
        sessions.remove(row);
        tunnels.removed(facts.opened());
        if (!found.equals(closed.totals())) {
            violated(closed.sessionId(), "totals at close are not the sum of the deltas", closed.totals(), found);
        }
        eventCounts.closed(facts.opened().protocol(), closed.reason());
        closedSessions.add(new ClosedSession(sequence, closedInfo(facts, found, closed)));
    }

    private ConnectionInfo closedInfo(Facts facts, Tally found, SessionClosed closed) {
        SessionOpened opened = facts.opened();
        return new ConnectionInfo(
                opened.sessionId(),
                opened.parentId(),
                opened.protocol(),
                opened.method(),
                opened.host(),
                opened.url(),
                opened.remote(),
                opened.user(),
                facts.originAddress(),
                facts.openedAtMillis(),
                found,
                atMillis,
                closed.reason(),
                closed.status(),
                facts.route());
    }

    private void nodeStarted(NodeStarted node) {
        if (node.firstSessionId() < idsReservedBelow || node.firstSessionId() <= usedIds.highest()) {
            violated(node.firstSessionId(), "session ids of an earlier boot reserved again", Tally.ZERO, Tally.ZERO);
        }
        nodeId = node.nodeId();
        boot = node.boot();
        bootFirstSessionId = node.firstSessionId();
        idsReservedBelow = Math.max(idsReservedBelow, node.idsReservedBelow());
    }

    private void nodeStopped(NodeStopped node) {
        if (sessions.size() > 0) {
            violated(0, "node stopped with sessions open", Tally.ZERO, Tally.ZERO);
        }
        idsReservedBelow = node.nextSessionId();
    }

    private void gap(JournalGap gap) {
        gapCount++;
        if (gaps.size() < GAPS_LISTED) {
            gaps.add(new Gap(sequence, gap));
        }
    }

    void violated(long sessionId, String what, Tally expected, Tally found) {
        if (unsure) {
            return; // it would be about what is lost
        }
        violations.found(sequence, atMillis, new ConservationViolated(sessionId, what, expected, found));
    }

    private void refused(ConnectionRefused refused) {
        eventCounts.refused();
        int row = sessions.rowOf(refused.sessionId());
        UserUsage usage = row == LongIntMap.ABSENT ? null : sessions.usage(row);
        if (usage != null) {
            usage.refused();
        }
    }

    /** Takes over what a checkpoint states, without its sessions. */
    void adopt(CheckpointBegun begun) {
        started = false; // until all of it is there
        sessions.clear();
        tunnels.cleared();
        closedSessions.startAt(sequence);
        eventCounts.startAt(sequence);
        usages.startAt(sequence);
        totals.set(CheckpointFold.toCounts(begun.totals()));
        sessionsOpened = begun.sessionsOpened();
        boot = begun.boot();
        idsReservedBelow = begun.idsReservedBelow();
        violations.startAt(begun.violations());
        config = NO_CONFIG;
    }

    /** Takes over which configuration a checkpoint says is in force. */
    void adopt(CheckpointConfig stated) {
        config = stated;
    }

    /** Takes over a session of a checkpoint. */
    void adopt(CheckpointSession session) {
        SessionOpened opened = session.opened();
        usedIds.use(opened.sessionId());
        int row = addRow(new Facts(opened, session.openedAtMillis(), session.originAddress(), session.route()));
        sessions.write(row, CheckpointFold.toCounts(session.totals()), sequence);
    }

    /** A checkpoint was adopted as a whole, or turned out to be broken. */
    void adopted(boolean whole) {
        started = whole;
        unsure &= !whole;
    }

    /** Whether a checkpoint is to be believed rather than compared. */
    boolean awaitsCheckpoint() {
        return !started || unsure;
    }

    /** Whether events are lost that the state should have in it, since the last checkpoint. */
    public boolean isUnsure() {
        return unsure;
    }

    /** What is counted besides bytes. */
    EventCounts eventCounts() {
        return eventCounts;
    }

    /** What users have used. */
    UsageFold usages() {
        return usages;
    }

    SessionTable sessions() {
        return sessions;
    }

    /** An immutable view of the state. Cheap: it copies no page. */
    public Snapshot snapshot(long takenAtMillis) {
        return snapshot(takenAtMillis, 0);
    }

    /** The same, of a {@linkplain Snapshot#generation() run} of sequences. */
    public Snapshot snapshot(long takenAtMillis, long generation) {
        return new LedgerSnapshot(
                sequence,
                takenAtMillis,
                generation,
                totals(),
                sessionsOpened,
                violations(),
                openCount(),
                sessions.publish(),
                closedSessions.view(),
                eventCounts.published(),
                eventCounts.refusedCount());
    }

    /** Whether there is state: the first event or a whole checkpoint was folded. Before, events are skipped. */
    public boolean isStarted() {
        return started;
    }

    /** How many events came before there was state to fold them into. */
    public long skipped() {
        return skipped;
    }

    /** The last event's number; 0 if there was none. */
    public long sequence() {
        return sequence;
    }

    /** The last event's time, in ms since the epoch. */
    public long atMillis() {
        return atMillis;
    }

    /** The node that writes; empty until its start was folded. */
    public String nodeId() {
        return nodeId;
    }

    /** The number of the node's latest start. */
    public long boot() {
        return boot;
    }

    /** Which configuration was put in force last; version 0 if none was. */
    public CheckpointConfig config() {
        return config;
    }

    /** The first session id that the latest boot may use; 1 if unknown. */
    public long bootFirstSessionId() {
        return bootFirstSessionId;
    }

    /** Ids below this one may be in use. */
    public long idsReservedBelow() {
        return idsReservedBelow;
    }

    /** The lowest id of which it is certain that no session ever had it. */
    public long firstFreeSessionId() {
        return Math.max(idsReservedBelow, usedIds.highest() + 1);
    }

    /** Sum over all root sessions of all time, open ones included. */
    public Tally totals() {
        return totals.toTally();
    }

    /** How many sessions were ever opened. */
    public long sessionsOpened() {
        return sessionsOpened;
    }

    /** How many sessions are open. */
    public int openCount() {
        return sessions.size();
    }

    /** Hands out the open sessions in the order of opening. */
    public void forEachOpen(Consumer<ConnectionInfo> reader) {
        sessions.forEach(reader);
    }

    /** An open session. */
    public @Nullable ConnectionInfo findOpen(long sessionId) {
        int row = sessions.rowOf(sessionId);
        if (row == LongIntMap.ABSENT) {
            return null;
        }
        sessions.read(row, sum);
        return SessionPage.info(sessions.facts(row), sum.toTally());
    }

    /** How many violations there are, exactly. */
    public long violations() {
        return violations.count();
    }

    /** How many of them the journal records. */
    public long violationsRecorded() {
        return violations.recorded();
    }

    /** The first of the violations since the fold began. */
    public List<Violation> violationList() {
        return violations.list();
    }

    /** The oldest violation that the journal does not record yet, for its writer to record. */
    public @Nullable ConservationViolated firstUnrecordedViolation() {
        return violations.firstUnsettled();
    }

    /** How many gaps were recorded since the fold began. */
    public long gapCount() {
        return gapCount;
    }

    /** The first {@link #GAPS_LISTED} of them. */
    public List<Gap> gaps() {
        return List.copyOf(gaps);
    }

    /** What everybody has used who has used anything, in the order of their names. */
    public List<CheckpointUsage.OfUser> usage() {
        return usages.list();
    }

    /** {@link #usage()} is of what came after this event; 0 if it is of all. */
    public long usageSinceSequence() {
        return usages.sinceSequence();
    }

    /** How many sessions were ever closed for each reason, as far as that is known. */
    public Map<CloseReason, Long> closedByReason() {
        return eventCounts.closedByReason();
    }

    /** SHA-256, in hex, over everything that every checkpoint carries. Equal states have equal digests. */
    public String digest() {
        return StateDigest.of(this);
    }
}
