package io.weir.replaytool;

import io.weir.aggregator.Gap;
import io.weir.eventbus.Tally;
import java.nio.file.Path;
import java.util.Locale;

/** Writes an audit for people; the verdict comes last, where the eye is. One thread. */
final class AuditText {
    private final CommandOutput out;

    AuditText(CommandOutput out) {
        this.out = out;
    }

    void write(Path folder, AuditReport report) {
        facts(folder, report);
        totals(report.totals());
        reasons(report);
        gaps(report);
        verdict(report);
        out.flush();
    }

    private void facts(Path folder, AuditReport report) {
        fact("journal", TerminalText.escape(folder.toString()));
        fact(
                "node",
                TerminalText.escape(report.nodeId()) + ", " + Figures.counted(report.boots(), "boot") + " here, latest "
                        + report.lastBoot());
        fact(
                "events",
                Figures.exact(report.events()) + " in " + Figures.counted(report.records(), "record") + ", sequences "
                        + report.firstSequence() + " to " + report.sequence());
        fact("time", Figures.time(report.firstMillis()) + " to " + Figures.time(report.lastMillis()));
        fact("sessions", Figures.exact(report.sessions()) + " opened, " + Figures.exact(report.open()) + " open");
        if (report.open() > 0) {
            out.println("            live or crashed: " + Figures.counted(report.open(), "session") + " open");
        }
        if (report.isUnfinished()) {
            out.println("            the last record is unfinished: being written, or its writer died; no fault");
        }
        if (report.skipped() > 0) {
            out.println("            " + Figures.counted(report.skipped(), "event")
                    + " before the first checkpoint not added up, since "
                    + (report.omissions().pruned() == null ? "the journal's beginning is missing" : "that has them"));
        }
        omissions(report.omissions());
    }

    private void omissions(Omissions omissions) {
        if (omissions.pruned() != null) {
            fact("pruned", TerminalText.escape(omissions.prunedText()));
        }
        if (omissions.compacted() > 0) {
            fact("compacted", Figures.counted(omissions.compacted(), "event") + " left out, whose bytes others have");
        }
        if (omissions.lost() > 0) {
            fact("lost", Figures.counted(omissions.lost(), "event"));
        }
    }

    private void fact(String name, String value) {
        out.println(String.format(Locale.ROOT, "%-10s  %s", name, value));
    }

    private void totals(Tally totals) {
        out.println("");
        out.println("totals over root sessions, all time");
        total("up", totals.up(), "payload read from clients");
        total("down", totals.down(), "payload written to clients");
        total("overhead up", totals.overheadUp(), "other bytes read from clients");
        total("overhead down", totals.overheadDown(), "other bytes written to clients");
        total("origin up", totals.originUp(), "written to origins");
        total("origin down", totals.originDown(), "read from origins");
    }

    private void total(String name, long bytes, String meaning) {
        out.println(String.format(
                Locale.ROOT, "  %-13s  %,26d bytes  %10s  %s", name, bytes, Figures.human(bytes), meaning));
    }

    private void reasons(AuditReport report) {
        if (report.closedByReason().isEmpty()) {
            return;
        }
        out.println("");
        out.println("closed by reason");
        report.closedByReason()
                .forEach((reason, count) -> out.println(String.format(Locale.ROOT, "  %-17s  %,13d", reason, count)));
    }

    private void gaps(AuditReport report) {
        if (report.gapCount() == 0) {
            return;
        }
        out.println("");
        out.println("gaps: the journal could not be written for a while");
        for (Gap gap : report.gaps()) {
            Tally carried = gap.event().carried();
            out.println("  sequence " + gap.sequence() + ": "
                    + Figures.time(gap.event().fromMillis()) + " to "
                    + Figures.time(gap.event().toMillis()) + ", carried up " + Figures.exact(carried.up()) + " down "
                    + Figures.exact(carried.down()) + ": "
                    + TerminalText.escape(gap.event().cause()));
        }
        if (report.gapCount() > report.gaps().size()) {
            out.println(
                    "  and " + Figures.exact(report.gapCount() - report.gaps().size()) + " more");
        }
    }

    private void verdict(AuditReport report) {
        out.println("");
        if (report.isOk()) {
            out.println("verdict: ok");
            return;
        }
        out.println("why the journal is violated");
        for (Finding finding : report.findings()) {
            out.println("  " + TerminalText.escape(finding.line()));
        }
        out.println("");
        out.println("verdict: violated");
    }
}
