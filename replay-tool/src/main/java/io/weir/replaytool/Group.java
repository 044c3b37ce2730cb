package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import io.weir.replaytool.SessionParts.Part;

/** What the root sessions of a group add up to. One thread. */
final class Group {
    private final String key;
    private final boolean isAtLeast;
    private final Counts counts = new Counts();
    private final Counts tunnels = new Counts();
    private final Counts scratch = new Counts();
    private String detail = "";
    private long sessions;
    private long opened;
    private long ended;
    private long crashed;
    private long refused;
    private boolean hasTunnel;

    /**
     * Starts empty.
     *
     * @param isAtLeast whether an earlier part of the group may have been merged into the rest
     */
    Group(String key, boolean isAtLeast) {
        this.key = key;
        this.isAtLeast = isAtLeast;
    }

    /**
     * Adds a session's part.
     *
     * @param isNew whether the session is not among this group's yet
     */
    void add(Part part, boolean isNew) {
        sessions += isNew ? 1 : 0;
        opened += part.isOpening() ? 1 : 0;
        ended += part.isEnding() ? 1 : 0;
        crashed += part.isEnding() && part.session().reason() == CloseReason.NODE_CRASHED ? 1 : 0;
        add(counts, part.moved());
        if (part.session().protocol() == SessionProtocol.HTTPS_TUNNEL) {
            hasTunnel = true;
            add(tunnels, part.moved());
        }
    }

    void addRefused() {
        refused++;
    }

    void add(Group other) {
        sessions += other.sessions;
        opened += other.opened;
        ended += other.ended;
        crashed += other.crashed;
        refused += other.refused;
        hasTunnel |= other.hasTunnel;
        add(counts, other.counts());
        add(tunnels, other.tunnels.toTally());
    }

    private void add(Counts sum, Tally more) {
        scratch.set(more.up(), more.down(), more.overheadUp(), more.overheadDown(), more.originUp(), more.originDown());
        try {
            sum.addExact(scratch);
        } catch (ArithmeticException overflow) {
            return; // the fold's totals passed 2^63 before, and it notes that as a violation
        }
    }

    /** Says which session the group is. */
    void describe(ConnectionInfo session) {
        detail = session.protocol().label() + " " + session.remote() + " "
                + (session.user().isEmpty() ? "-" : session.user()) + " " + session.host() + " "
                + (session.reason() == null ? "open" : session.reason());
    }

    String key() {
        return key;
    }

    /** For a session what it is; else empty. */
    String detail() {
        return detail;
    }

    /** Whether the figures are a lower bound, as earlier ones may be in the rest. */
    boolean isAtLeast() {
        return isAtLeast;
    }

    /** How many sessions did anything. In the rest of spans of time, a session counts once for each span. */
    long sessions() {
        return sessions;
    }

    long opened() {
        return opened;
    }

    long ended() {
        return ended;
    }

    /** How many ended with the node. */
    long crashed() {
        return crashed;
    }

    long refused() {
        return refused;
    }

    Tally counts() {
        return counts.toTally();
    }

    /** Whether bytes passed on unread are among them, of which it can be said what was not delivered. */
    boolean hasTunnel() {
        return hasTunnel;
    }

    /** What tunnels read from clients and did not write to origins. Below zero if it was written later than it was read. */
    long undeliveredUp() {
        return tunnels.up() - tunnels.originUp();
    }

    /** What tunnels read from origins and did not write to clients. */
    long undeliveredDown() {
        return tunnels.originDown() - tunnels.down();
    }

    /** All that crossed clients' sockets; a double, since the sum of four counts may pass 2^63. */
    double bytes() {
        return (double) counts.up() + counts.down() + counts.overheadUp() + counts.overheadDown();
    }
}
