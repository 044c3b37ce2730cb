package io.weir.replaytool;

import java.nio.file.Path;
import java.util.Locale;

/** Prints a verification for people. One thread. */
final class VerifyText {
    private final CommandOutput out;

    VerifyText(CommandOutput out) {
        this.out = out;
    }

    void write(Path journal, VerifyReport report) {
        AuditReport audit = report.audit();
        line("journal", journal.toString());
        line("node", audit.nodeId().isEmpty() ? "unknown" : audit.nodeId());
        line(
                "events",
                Figures.exact(audit.events()) + " in " + Figures.counted(audit.records(), "record") + ", sequences "
                        + audit.firstSequence() + " to " + audit.sequence());
        if (audit.omissions().pruned() != null) {
            line("pruned", audit.omissions().prunedText());
        }
        seals(report);
        report.keys().forEach(this::key);
        anchors(report);
        out.println("");
        out.println("not proved");
        report.notProved().forEach(each -> out.println("  " + each));
        if (!report.breaks().isEmpty()) {
            out.println("");
            out.println("why the journal is violated");
            report.breaks().forEach(each -> out.println("  " + TerminalText.escape(each.line())));
        }
        out.println("");
        out.println("verdict: " + report.verdict());
    }

    private void seals(VerifyReport report) {
        Sealed sealed = report.sealed();
        if (sealed.seals() == 0) {
            line("sealed", "nothing: unsealed up to sequence " + report.audit().sequence());
            return;
        }
        line(
                "sealed",
                "sequences " + sealed.from() + " to " + (sealed.sequence() - 1) + " by "
                        + Figures.counted(sealed.seals(), "seal") + ", the last at sequence " + sealed.sequence() + ", "
                        + Figures.time(sealed.atMillis()));
        if (report.unsealedBefore() > 0) {
            line("unsealed", "up to sequence " + (sealed.from() - 1));
        }
        if (report.unsealedTail() > 0) {
            line(
                    "unsealed",
                    Figures.counted(report.unsealedTail(), "event") + " behind the last seal, the oldest "
                            + String.format(Locale.ROOT, "%.1f s", report.tailAgeMillis() / 1e3) + " old");
        }
    }

    private void key(VerifyReport.Key key) {
        line(
                "key",
                key.id() + ", first seal at sequence " + key.firstSeal() + ", "
                        + key.trust().words());
    }

    private void anchors(VerifyReport report) {
        if (report.anchorsGiven() == 0) {
            line("anchors", "none given");
            return;
        }
        line(
                "anchors",
                report.anchorsFound() + " of " + report.anchorsGiven() + " found"
                        + (report.anchoredSequence() == 0
                                ? ""
                                : ", the newest at sequence " + report.anchoredSequence())
                        + (report.anchorsBefore() == 0
                                ? ""
                                : ", " + report.anchorsBefore() + " from before the journal's beginning"));
    }

    private void line(String name, String value) {
        out.println(String.format(Locale.ROOT, "%-11s %s", name, TerminalText.escape(value)));
    }
}
