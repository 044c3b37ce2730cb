package io.weir.replaytool;

import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.history.PastState;
import io.weir.aggregator.journal.JournalPosition;
import io.weir.eventbus.Tally;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Writes a past state, for people or as exactly one JSON object. One thread. */
final class StateReport {
    private StateReport() {}

    static void asText(CommandOutput out, PastState state) {
        LedgerFold fold = state.fold();
        SessionTable table = new SessionTable(out);
        fold.forEachOpen(table::session);
        table.end();
        fact(out, "state", "after sequence " + fold.sequence() + " at " + Figures.time(fold.atMillis()));
        fact(
                out,
                "sessions",
                Figures.exact(fold.sessionsOpened()) + " opened, " + Figures.exact(fold.openCount()) + " open");
        totals(out, fold.totals());
        fact(out, "violations", Figures.exact(fold.violations()));
        fact(out, "folded", Figures.counted(state.events(), "event") + " from " + beginning(state.begin()));
        fact(out, "hash", fold.digest());
    }

    private static void totals(CommandOutput out, Tally totals) {
        fact(out, "up", bytes(totals.up(), totals.originUp(), "written to origins"));
        fact(out, "down", bytes(totals.down(), totals.originDown(), "read from origins"));
        fact(
                out,
                "overhead",
                "up " + Figures.exact(totals.overheadUp()) + ", down " + Figures.exact(totals.overheadDown()));
    }

    private static String bytes(long client, long origin, String what) {
        return Figures.exact(client) + " bytes (" + Figures.human(client) + "), " + what + " " + Figures.exact(origin);
    }

    private static String beginning(JournalPosition begin) {
        return begin.equals(JournalPosition.BEGINNING)
                ? "the journal's beginning"
                : "the checkpoint at sequence " + (begin.sequence() + 1) + " in " + TerminalText.escape(begin.file());
    }

    private static void fact(CommandOutput out, String name, String value) {
        out.println(String.format(Locale.ROOT, "%-10s  %s", name, value));
    }

    static void asJson(CommandOutput out, PastState state) {
        LedgerFold fold = state.fold();
        try (JsonGenerator json = Json.to(out)) {
            json.writeStartObject();
            json.writeNumberProperty("sequence", fold.sequence());
            json.writeStringProperty("time", Figures.time(fold.atMillis()));
            json.writeStringProperty("hash", fold.digest());
            json.writeNumberProperty("sessions", fold.sessionsOpened());
            json.writeNumberProperty("open", fold.openCount());
            json.writeNumberProperty("violations", fold.violations());
            json.writeNumberProperty("foldedFrom", state.begin().sequence() + 1);
            json.writeNumberProperty("folded", state.events());
            json.writeNumberProperty("missing", state.missing());
            Json.tally(json, "totals", fold.totals());
            json.writeArrayPropertyStart("rows");
            fold.forEachOpen(session -> Json.session(json, session));
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println("");
    }
}
