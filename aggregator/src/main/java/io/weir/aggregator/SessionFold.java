package io.weir.aggregator;

import io.weir.aggregator.SessionPage.Facts;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent.CheckpointBegun;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.LedgerEvent.ConnectionRefused;
import io.weir.eventbus.LedgerEvent.OriginConnected;
import io.weir.eventbus.LedgerEvent.SessionClosed;
import io.weir.eventbus.LedgerEvent.SessionOpened;
import io.weir.eventbus.LedgerEvent.SessionRouted;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import org.jspecify.annotations.Nullable;

/**
 * How the fold meets sessions: opens them, adds up what they and all of them have moved, and closes them, which checks the sum. One thread.
 *
 * <p>Only root sessions add to the totals, and to what their users have used.
 */
final class SessionFold {
    private final FoldPosition position;
    private final NodeFold node;
    private final TunnelFold tunnels;
    private final UsageFold usages;
    private final EventCounts eventCounts;
    private final SessionTable table;
    private final ClosedSessions closedSessions = new ClosedSessions();
    private final Counts totals = new Counts();
    private final Counts sum = new Counts();
    private long openedCount;

    SessionFold(
            FoldPosition position,
            NodeFold node,
            SessionTable table,
            TunnelFold tunnels,
            UsageFold usages,
            EventCounts eventCounts) {
        this.position = position;
        this.node = node;
        this.table = table;
        this.tunnels = tunnels;
        this.usages = usages;
        this.eventCounts = eventCounts;
    }

    void opened(SessionOpened opened) {
        long id = opened.sessionId();
        if (id <= 0) {
            position.violated(id, "session opened without an id");
            return;
        }
        if (!node.use(id)) {
            position.violated(id, "session id used again");
        }
        if (table.rowOf(id) != LongIntMap.ABSENT) {
            return; // its bytes go to the one that is open
        }
        openedCount++;
        tunnels.opening(opened);
        addRow(new Facts(opened, position.atMillis(), "", SessionRoute.NONE));
    }

    private int addRow(Facts facts) {
        int row = table.add(facts, position.sequence());
        table.usage(row, usages.opened(facts.opened()));
        tunnels.added(facts.opened());
        return row;
    }

    void routed(SessionRouted routed) {
        int row = table.rowOf(routed.sessionId());
        if (row == LongIntMap.ABSENT) {
            position.violated(routed.sessionId(), "route of a session that is not open");
            return;
        }
        table.replaceFacts(row, table.facts(row).routed(routed.route()), position.sequence());
    }

    void connected(OriginConnected connected) {
        int row = table.rowOf(connected.sessionId());
        if (row == LongIntMap.ABSENT) {
            position.violated(connected.sessionId(), "origin connected for a session that is not open");
            return;
        }
        table.replaceFacts(row, table.facts(row).connectedTo(connected.address()), position.sequence());
    }

    void transferred(long sessionId, Counts delta) {
        int row = table.rowOf(sessionId);
        if (row == LongIntMap.ABSENT) {
            position.violated(sessionId, "bytes for a session that is not open", Tally.ZERO, delta.toTally());
            return;
        }
        table.read(row, sum);
        try {
            sum.addExact(delta);
        } catch (ArithmeticException overflow) {
            position.violated(sessionId, "sum of a session passes 2^63", sum.toTally(), delta.toTally());
            return;
        }
        table.write(row, sum, position.sequence());
        if (table.facts(row).opened().isRoot()) {
            addToTotals(sessionId, delta);
            UserUsage usage = table.usage(row);
            if (usage != null) {
                usages.add(usage, sessionId, position.atMillis(), delta);
            }
        }
    }

    private void addToTotals(long sessionId, Counts delta) {
        try {
            totals.addExact(delta);
        } catch (ArithmeticException overflow) {
            position.violated(sessionId, "sum of all sessions passes 2^63", totals.toTally(), delta.toTally());
        }
    }

    void refused(ConnectionRefused refused) {
        eventCounts.refused();
        int row = table.rowOf(refused.sessionId());
        if (row != LongIntMap.ABSENT && !table.facts(row).opened().isRoot()) {
            row = table.rowOf(table.facts(row).opened().parentId()); // whose user it is
        }
        UserUsage usage = row == LongIntMap.ABSENT ? null : table.usage(row);
        if (usage != null) {
            usage.refused();
        }
    }

    void closed(SessionClosed closed) {
        int row = table.rowOf(closed.sessionId());
        if (row == LongIntMap.ABSENT) {
            position.violated(closed.sessionId(), "closed a session that is not open", closed.totals(), Tally.ZERO);
            return;
        }
        Facts facts = table.facts(row);
        table.read(row, sum);
        Tally found = sum.toTally();
        UserUsage usage = table.usage(row);
        if (usage != null) {
            usages.closed(usage);
        }
        table.remove(row);
        tunnels.removed(facts.opened());
        if (!found.equals(closed.totals())) {
            position.violated(
                    closed.sessionId(), "totals at close are not the sum of the deltas", closed.totals(), found);
        }
        eventCounts.closed(facts.opened().protocol(), closed.reason());
        closedSessions.add(new ClosedSession(
                position.sequence(), SessionPage.closedInfo(facts, found, closed, position.atMillis())));
    }

    /** Takes over what a checkpoint states, before its sessions. */
    void adopt(CheckpointBegun begun) {
        table.clear();
        tunnels.cleared();
        closedSessions.startAt(position.sequence());
        totals.set(CheckpointFold.toCounts(begun.totals()));
        openedCount = begun.sessionsOpened();
    }

    /** Takes over a session of a checkpoint. */
    void adopt(CheckpointSession session) {
        node.use(session.opened().sessionId());
        int row = addRow(facts(session));
        table.write(row, CheckpointFold.toCounts(session.totals()), position.sequence());
    }

    void compare(CheckpointSession session) {
        long id = session.opened().sessionId();
        Facts facts = null;
        sum.clear();
        int row = table.rowOf(id);
        if (row != LongIntMap.ABSENT) {
            facts = table.facts(row);
            table.read(row, sum);
        }
        if (!facts(session).equals(facts) || !sum.matches(session.totals())) {
            position.violated(id, "session of a checkpoint differs from its events", session.totals(), sum.toTally());
        }
    }

    private static Facts facts(CheckpointSession session) {
        return new Facts(session.opened(), session.openedAtMillis(), session.originAddress(), session.route());
    }

    @Nullable ConnectionInfo find(long sessionId) {
        int row = table.rowOf(sessionId);
        if (row == LongIntMap.ABSENT) {
            return null;
        }
        table.read(row, sum);
        return SessionPage.info(table.facts(row), sum.toTally());
    }

    SessionTable open() {
        return table;
    }

    ClosedSessions recentlyClosed() {
        return closedSessions;
    }

    Tally totals() {
        return totals.toTally();
    }

    long openedCount() {
        return openedCount;
    }
}
