package io.weir.aggregator;

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
import io.weir.eventbus.Tally;
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

    private final FoldPosition position = new FoldPosition();
    private final NodeFold node = new NodeFold(position);
    private final SessionTable table = new SessionTable();
    private final TunnelFold tunnels = new TunnelFold(position, table);
    private final UsageFold usages = new UsageFold(position);
    private final EventCounts eventCounts = new EventCounts();
    private final SessionFold sessions = new SessionFold(position, node, table, tunnels, usages, eventCounts);
    private final CheckpointFold checkpoint = new CheckpointFold(position, node, sessions, eventCounts, usages);
    private final GapLog gaps = new GapLog();

    /** Starts empty. */
    public LedgerFold() {}

    @Override
    public void event(long eventSequence, long eventAtMillis, LedgerEvent event) {
        if (!position.advanceTo(eventSequence, eventAtMillis)) {
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
            position.omitted(omitted);
        }
    }

    @Override
    public void transferred(long eventSequence, long eventAtMillis, long sessionId, Counts delta) {
        if (position.advanceTo(eventSequence, eventAtMillis) && mayApply()) {
            sessions.transferred(sessionId, delta);
        }
    }

    private boolean mayApply() {
        checkpoint.breakOff();
        return position.mayApply();
    }

    private void apply(LedgerEvent event) {
        if (event instanceof SessionOpened opened) {
            sessions.opened(opened);
        } else if (event instanceof SessionRouted routed) {
            sessions.routed(routed);
        } else if (event instanceof OriginConnected connected) {
            sessions.connected(connected);
        } else if (event instanceof SessionClosed closed) {
            sessions.closed(closed);
        } else if (event instanceof ExchangeCompleted exchange) {
            tunnels.completed(exchange);
        } else if (event instanceof ProtocolDetected detected) {
            tunnels.detected(detected);
        } else if (event instanceof BytesTransferred) {
            throw new IllegalArgumentException("deltas come through transferred()");
        } else if (event instanceof SessionIdsReserved reserved) {
            node.reserved(reserved);
        } else if (event instanceof NodeStarted started) {
            node.started(started);
        } else if (event instanceof NodeStopped stopped) {
            node.stopped(stopped, openCount());
        } else if (event instanceof ConservationViolated violation) {
            position.recorded(violation);
        } else if (event instanceof JournalGap gap) {
            gaps.recorded(position.sequence(), gap);
        } else if (event instanceof ConnectionRefused refused) {
            sessions.refused(refused);
        } else if (event instanceof ConfigChanged changed) {
            node.changed(changed);
        } else if (event instanceof QuotaWarned warning) {
            usages.warned(warning);
        }
        // InterceptionBypassed, CommandReceived, OverloadChanged, Seal and JournalPruned inform and change no count
    }

    /** Whether events are lost that the state should have in it, since the last checkpoint. */
    public boolean isUnsure() {
        return position.isUnsure();
    }

    /** What is counted besides bytes. */
    EventCounts eventCounts() {
        return eventCounts;
    }

    /** What users have used. */
    UsageFold usages() {
        return usages;
    }

    /** An immutable view of the state. Cheap: it copies no page. */
    public Snapshot snapshot(long takenAtMillis) {
        return snapshot(takenAtMillis, 0);
    }

    /** The same, of a {@linkplain Snapshot#generation() run} of sequences. */
    public Snapshot snapshot(long takenAtMillis, long generation) {
        return new LedgerSnapshot(
                sequence(),
                takenAtMillis,
                generation,
                totals(),
                sessionsOpened(),
                violations(),
                openCount(),
                table.publish(),
                sessions.recentlyClosed().view(),
                eventCounts.published(),
                eventCounts.refusedCount());
    }

    /** Whether there is state: the first event or a whole checkpoint was folded. Before, events are skipped. */
    public boolean isStarted() {
        return position.isStarted();
    }

    /** How many events came before there was state to fold them into. */
    public long skipped() {
        return position.skipped();
    }

    /** The last event's number; 0 if there was none. */
    public long sequence() {
        return position.sequence();
    }

    /** The last event's time, in ms since the epoch. */
    public long atMillis() {
        return position.atMillis();
    }

    /** The node that writes; empty until its start was folded. */
    public String nodeId() {
        return node.nodeId();
    }

    /** The number of the node's latest start. */
    public long boot() {
        return node.boot();
    }

    /** Which configuration was put in force last; version 0 if none was. */
    public CheckpointConfig config() {
        return node.config();
    }

    /** The first session id that the latest boot may use; 1 if unknown. */
    public long bootFirstSessionId() {
        return node.bootFirstSessionId();
    }

    /** Ids below this one may be in use. */
    public long idsReservedBelow() {
        return node.idsReservedBelow();
    }

    /** The lowest id of which it is certain that no session ever had it. */
    public long firstFreeSessionId() {
        return node.firstFreeSessionId();
    }

    /** Sum over all root sessions of all time, open ones included. */
    public Tally totals() {
        return sessions.totals();
    }

    /** How many sessions were ever opened. */
    public long sessionsOpened() {
        return sessions.openedCount();
    }

    /** How many sessions are open. */
    public int openCount() {
        return table.size();
    }

    /** Hands out the open sessions in the order of opening. */
    public void forEachOpen(Consumer<ConnectionInfo> reader) {
        table.forEach(reader);
    }

    /** An open session. */
    public @Nullable ConnectionInfo findOpen(long sessionId) {
        return sessions.find(sessionId);
    }

    /** How many violations there are, exactly. */
    public long violations() {
        return position.violations().count();
    }

    /** How many of them the journal records. */
    public long violationsRecorded() {
        return position.violations().recorded();
    }

    /** The first of the violations since the fold began. */
    public List<Violation> violationList() {
        return position.violations().list();
    }

    /** The oldest violation that the journal does not record yet, for its writer to record. */
    public @Nullable ConservationViolated firstUnrecordedViolation() {
        return position.violations().firstUnsettled();
    }

    /** How many gaps were recorded since the fold began. */
    public long gapCount() {
        return gaps.count();
    }

    /** The first {@link #GAPS_LISTED} of them. */
    public List<Gap> gaps() {
        return gaps.list();
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
