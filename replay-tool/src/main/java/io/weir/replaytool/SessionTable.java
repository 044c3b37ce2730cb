package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Tally;

/** Prints one line a session, as it comes. One thread. What has no bound stands last: columns never move. */
final class SessionTable implements SessionView {
    /** Of the columns but the last, which has none; those below zero stand to the left. */
    private static final int[] WIDTHS = {10, 10, -12, -7, 15, 15, 9, 9, 15, 15, -24, -24, -17};

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

    /** As {@code String.format} would, which takes longer for ten thousand sessions than finding them. */
    private void line(Object... columns) {
        StringBuilder line = new StringBuilder(256);
        for (int i = 0; i < WIDTHS.length; i++) {
            pad(line, String.valueOf(columns[i]), WIDTHS[i]);
        }
        out.println(line.append(columns[WIDTHS.length]).toString());
    }

    private static void pad(StringBuilder line, String text, int width) {
        int blanks = Math.max(0, Math.abs(width) - text.length());
        if (width > 0) {
            line.append(" ".repeat(blanks)).append(text);
        } else {
            line.append(text).append(" ".repeat(blanks));
        }
        line.append(' ');
    }

    /** Sets the table off from what follows. */
    void end() {
        if (hasHead) {
            out.println("");
        }
    }
}
