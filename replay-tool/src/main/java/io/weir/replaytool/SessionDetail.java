package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;

/** Prints one session: each delta as it comes, then what the session was. One thread. */
final class SessionDetail implements SessionView {
    private final CommandOutput out;
    private final Counts sum = new Counts();
    private boolean isFound;

    SessionDetail(CommandOutput out) {
        this.out = out;
    }

    /** Whether the session was in the journal. */
    boolean isFound() {
        return isFound;
    }

    @Override
    public void moved(long sequence, long atMillis, Counts delta) {
        if (sum.isZero()) {
            out.println("bytes of the session, as they moved");
        }
        try {
            sum.addExact(delta);
        } catch (ArithmeticException overflow) {
            out.println("  the sum passes 2^63");
        }
        out.println("  " + Figures.time(atMillis) + "  sequence " + sequence + added(delta) + "  (sum: up "
                + Figures.exact(sum.up()) + " down " + Figures.exact(sum.down()) + ")");
    }

    private static String added(Counts delta) {
        StringBuilder text = new StringBuilder();
        added(text, "up", delta.up());
        added(text, "down", delta.down());
        added(text, "overhead up", delta.overheadUp());
        added(text, "overhead down", delta.overheadDown());
        added(text, "origin up", delta.originUp());
        added(text, "origin down", delta.originDown());
        return text.toString();
    }

    private static void added(StringBuilder text, String name, long bytes) {
        if (bytes != 0) {
            text.append("  ").append(name).append(" +").append(Figures.exact(bytes));
        }
    }

    @Override
    public void session(ConnectionInfo session) {
        isFound = true;
        CloseReason reason = session.reason();
        out.println("session " + session.id() + (session.isRoot() ? "" : ", inside of " + session.parentId()));
        fact("protocol", session.protocol().label() + " " + session.method());
        fact("host", session.host());
        if (!session.url().isEmpty()) {
            fact("url", session.url());
        }
        fact("client", session.remote() + (session.user().isEmpty() ? "" : " as " + session.user()));
        fact("origin", session.originAddress().isEmpty() ? "not connected" : session.originAddress());
        SessionRoute route = session.route();
        if (route.configVersion() != 0) {
            fact("configuration", "version " + route.configVersion());
        }
        if (!route.rule().isEmpty()) {
            fact("rule", route.rule());
        }
        if (!route.upstream().isEmpty()) {
            fact("upstream", route.upstream());
        }
        fact("opened", Figures.time(session.openedAtMillis()));
        fact("closed", reason == null ? "open" : Figures.time(session.closedAtMillis()) + " " + reason);
        fact("status", session.status() == 0 ? "none" : String.valueOf(session.status()));
        counts(session.counts());
        out.println("");
    }

    private void counts(Tally counts) {
        count("up", counts.up());
        count("down", counts.down());
        count("overhead up", counts.overheadUp());
        count("overhead down", counts.overheadDown());
        count("origin up", counts.originUp());
        count("origin down", counts.originDown());
    }

    private void count(String name, long bytes) {
        fact(name, Figures.exact(bytes) + " bytes (" + Figures.human(bytes) + ")");
    }

    private void fact(String name, String value) {
        out.println("  " + name + " ".repeat(Math.max(1, 15 - name.length())) + TerminalText.escape(value));
    }
}
