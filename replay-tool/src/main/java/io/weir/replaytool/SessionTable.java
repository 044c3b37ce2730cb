package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;
import java.util.Locale;

/** Prints one line a session, as it comes. One thread. What has no bound stands last: columns never move. */
final class SessionTable implements SessionView {
    private final CommandOutput out;
    private boolean hasHead;

    SessionTable(CommandOutput out) {
        this.out = out;
    }

    @Override
    public void session(ConnectionInfo session) {
        if (!hasHead) {
            hasHead = true;
            head();
        }
        Tally counts = session.counts();
        CloseReason reason = session.reason();
        line(
                session.id(),
                session.parentId(),
                session.protocol().label(),
                TerminalText.escape(session.method()),
                counts.up(),
                counts.down(),
                counts.overheadUp(),
                counts.overheadDown(),
                counts.originUp(),
                counts.originDown(),
                Figures.time(session.openedAtMillis()),
                reason == null ? "-" : Figures.time(session.closedAtMillis()),
                reason == null ? "open" : reason.name(),
                where(session));
    }

    private static String where(ConnectionInfo session) {
        String user = session.user().isEmpty() ? "-" : session.user();
        String url = session.url().isEmpty() ? "" : " " + session.url();
        return TerminalText.escape(session.remote() + " " + user + " " + session.host() + url);
    }

    private void head() {
        line(
                "ID",
                "PARENT",
                "PROTOCOL",
                "METHOD",
                "UP",
                "DOWN",
                "OVER-UP",
                "OVER-DOWN",
                "ORIGIN-UP",
                "ORIGIN-DOWN",
                "OPENED",
                "CLOSED",
                "REASON",
                "REMOTE USER HOST URL");
    }

    private void line(Object... columns) {
        out.print(String.format(
                Locale.ROOT, "%10s %10s %-12s %-7s %15s %15s %9s %9s %15s %15s %-24s %-24s %-17s %s\n", columns));
    }

    /** Sets the table off from what follows. */
    void end() {
        if (hasHead) {
            out.println("");
        }
    }
}
