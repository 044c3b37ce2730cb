package io.weir.replaytool;

import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Writes a statement as a table, as CSV and as part of a JSON object. One thread. */
final class StatementOutput {
    private StatementOutput() {}

    static void asText(CommandOutput out, Statement statement) {
        heading(out, statement);
        line(
                out,
                "SESSIONS",
                "CRASHED",
                "REFUSED",
                "UP",
                "DOWN",
                "OVER-UP",
                "OVER-DOWN",
                "ORIGIN-UP",
                "ORIGIN-DOWN",
                "UNDELIV-UP",
                "UNDELIV-DOWN",
                statement.grouping().name());
        statement.groups().forEach(group -> row(out, group, name(group)));
        if (hasRest(statement)) {
            row(out, statement.rest(), restName(statement));
        }
        row(out, statement.sum(), "sum");
        out.println("");
    }

    private static void heading(CommandOutput out, Statement statement) {
        out.println("statement   by " + statement.grouping() + described(statement));
        out.println("            " + events(statement) + "; "
                + Figures.counted(statement.starts(), "start") + " of the node, "
                + statement.crashes() + " after a crash; " + Figures.counted(statement.gaps(), "gap"));
        if (statement.range().isOfTime() || statement.grouping().spanMillis() > 0) {
            out.println(
                    "            bytes count when they were journaled: within milliseconds, later under load, at its end in a gap");
        }
        out.println("");
    }

    private static String events(Statement statement) {
        return statement.firstSequence() == 0
                ? "no event"
                : "events " + statement.firstSequence() + " to " + statement.lastSequence();
    }

    private static String described(Statement statement) {
        List<String> words = new ArrayList<>();
        EventRange range = statement.range();
        if (range.fromMillis() > 0) {
            words.add("from " + Figures.time(range.fromMillis()));
        }
        if (range.toMillis() < Long.MAX_VALUE) {
            words.add("to " + Figures.time(range.toMillis()));
        }
        SessionFilter filter = statement.filter();
        addWord(words, "host", filter.host());
        addWord(words, "client", filter.client());
        addWord(words, "user", filter.user());
        SessionProtocol protocol = filter.protocol();
        addWord(words, "protocol", protocol == null ? "" : protocol.label());
        return words.isEmpty() ? "" : ", " + String.join(", ", words);
    }

    private static void addWord(List<String> words, String name, String value) {
        if (!value.isEmpty()) {
            words.add(name + " " + TerminalText.escape(value));
        }
    }

    private static boolean hasRest(Statement statement) {
        return statement.merged() > 0 || statement.rest().refused() > 0;
    }

    private static String restName(Statement statement) {
        if (statement.merged() == 0) {
            return "refusals of no " + statement.grouping();
        }
        return "rest: " + Figures.counted(statement.merged(), "group")
                + (statement.rest().refused() > 0 ? " and refusals of none" : "");
    }

    private static String name(Group group) {
        String key = group.key().isEmpty() ? "-" : group.key();
        String detail = group.detail().isEmpty() ? "" : " " + group.detail();
        return TerminalText.escape(key + detail) + (group.isAtLeast() ? " (at least)" : "");
    }

    private static void row(CommandOutput out, Group group, String name) {
        Tally counts = group.counts();
        line(
                out,
                group.sessions(),
                group.crashed(),
                group.refused(),
                counts.up(),
                counts.down(),
                counts.overheadUp(),
                counts.overheadDown(),
                counts.originUp(),
                counts.originDown(),
                group.hasTunnel() ? group.undeliveredUp() : "-",
                group.hasTunnel() ? group.undeliveredDown() : "-",
                name);
    }

    private static void line(CommandOutput out, Object... columns) {
        out.println(String.format(Locale.ROOT, "%10s %8s %8s %16s %16s %12s %12s %16s %16s %14s %14s  %s", columns));
    }

    static void asCsv(CommandOutput out, Statement statement) {
        Csv csv = new Csv();
        csv.texts(
                "row", statement.grouping().toString(), "detail", "atLeast", "sessions", "opened", "ended", "crashed");
        csv.texts("refused", "up", "down", "overheadUp", "overheadDown", "originUp", "originDown");
        out.print(csv.texts("undeliveredUp", "undeliveredDown").row());
        statement.groups().forEach(group -> out.print(row(csv.text("group").text(group.key()), group)));
        if (hasRest(statement)) {
            out.print(row(csv.text("rest").text(""), statement.rest()));
        }
        out.print(row(csv.text("sum").text(""), statement.sum()));
    }

    private static String row(Csv csv, Group group) {
        Tally counts = group.counts();
        csv.text(group.detail()).text(group.isAtLeast() ? "true" : "false");
        csv.numbers(group.sessions(), group.opened(), group.ended(), group.crashed(), group.refused());
        csv.numbers(counts.up(), counts.down(), counts.overheadUp(), counts.overheadDown());
        csv.numbers(counts.originUp(), counts.originDown());
        return group.hasTunnel()
                ? csv.numbers(group.undeliveredUp(), group.undeliveredDown()).row()
                : csv.none().none().row();
    }

    /** Writes the property {@code statement} of the current object. */
    static void asJson(JsonGenerator json, Statement statement) {
        EventRange range = statement.range();
        json.writeObjectPropertyStart("statement");
        json.writeStringProperty("by", statement.grouping().toString());
        json.writeStringProperty("from", range.fromMillis() > 0 ? Figures.time(range.fromMillis()) : null);
        json.writeStringProperty("to", range.toMillis() < Long.MAX_VALUE ? Figures.time(range.toMillis()) : null);
        filter(json, statement.filter());
        json.writeNumberProperty("firstSequence", statement.firstSequence());
        json.writeNumberProperty("lastSequence", statement.lastSequence());
        json.writeNumberProperty("starts", statement.starts());
        json.writeNumberProperty("crashes", statement.crashes());
        json.writeNumberProperty("gaps", statement.gaps());
        json.writeArrayPropertyStart("groups");
        for (Group group : statement.groups()) {
            json.writeStartObject();
            json.writeStringProperty("key", group.key());
            json.writeStringProperty("detail", group.detail());
            json.writeBooleanProperty("atLeast", group.isAtLeast());
            figures(json, group);
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeObjectPropertyStart("rest");
        json.writeNumberProperty("groups", statement.merged());
        figures(json, statement.rest());
        json.writeEndObject();
        json.writeObjectPropertyStart("sum");
        figures(json, statement.sum());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void filter(JsonGenerator json, SessionFilter filter) {
        SessionProtocol protocol = filter.protocol();
        json.writeObjectPropertyStart("filter");
        json.writeStringProperty("host", filter.host());
        json.writeStringProperty("client", filter.client());
        json.writeStringProperty("user", filter.user());
        json.writeStringProperty("protocol", protocol == null ? "" : protocol.label());
        json.writeEndObject();
    }

    private static void figures(JsonGenerator json, Group group) {
        json.writeNumberProperty("sessions", group.sessions());
        json.writeNumberProperty("opened", group.opened());
        json.writeNumberProperty("ended", group.ended());
        json.writeNumberProperty("crashed", group.crashed());
        json.writeNumberProperty("refused", group.refused());
        Json.counts(json, group.counts());
        if (group.hasTunnel()) {
            json.writeNumberProperty("undeliveredUp", group.undeliveredUp());
            json.writeNumberProperty("undeliveredDown", group.undeliveredDown());
        } else {
            json.writeNullProperty("undeliveredUp");
            json.writeNullProperty("undeliveredDown");
        }
    }
}
