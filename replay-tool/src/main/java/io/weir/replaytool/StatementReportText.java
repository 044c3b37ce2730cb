package io.weir.replaytool;

import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/** Prints what the check of a statement found, for people and as JSON. One thread. */
final class StatementReportText {
    private StatementReportText() {}

    static void asText(CommandOutput out, Path folder, StatementReport report) {
        SignedStatement statement = report.statement();
        line(
                out,
                "statement",
                "of " + statement.value(StatementField.SUBJECT) + " "
                        + SignedStatement.quoted(statement.value(StatementField.NAME)) + " at node "
                        + SignedStatement.quoted(statement.value(StatementField.NODE)) + ", made "
                        + statement.value(StatementField.MADE));
        line(out, "signature", signature(report));
        VerifyReport journal = report.journal();
        if (journal == null) {
            line(out, "journal", "none here: only the signature was checked");
        } else {
            line(
                    out,
                    "journal",
                    folder + ", sequences " + journal.audit().firstSequence() + " to "
                            + journal.audit().sequence());
        }
        if (report.isCompared() && report.findings().isEmpty()) {
            line(
                    out,
                    "figures",
                    "the same, of the events up to sequence " + statement.value(StatementField.THROUGH_SEQUENCE)
                            + ", whose seal is there");
        }
        out.println("");
        out.println("not proved");
        report.notProved().forEach(each -> out.println("  " + each));
        if (!report.findings().isEmpty()) {
            out.println("");
            out.println("why the statement is not proved");
            report.findings().forEach(each -> out.println("  " + TerminalText.escape(each.what())));
        }
        out.println("");
        out.println("verdict: " + report.verdict());
    }

    private static String signature(StatementReport report) {
        if (!report.statement().isSigned()) {
            return "NONE";
        }
        return (report.isSignatureRight() ? "right" : "WRONG") + ", of the key "
                + report.statement().value(StatementField.KEY) + ", "
                + report.trust().words();
    }

    private static void line(CommandOutput out, String name, String value) {
        out.println(String.format(Locale.ROOT, "%-11s %s", name, TerminalText.escape(value)));
    }

    static void asJson(CommandOutput out, StatementReport report) {
        JsonGenerator json = Json.to(out);
        json.writeStartObject();
        json.writeStringProperty("verdict", report.verdict());
        json.writeStringProperty("signature", word(report));
        json.writeStringProperty("trust", report.trust().name());
        json.writeBooleanProperty("compared", report.isCompared());
        json.writeName("statement");
        json.writeRawValue(report.statement().json().strip());
        json.writeArrayPropertyStart("violations");
        for (StatementReport.Problem each : report.findings()) {
            json.writeStartObject();
            json.writeStringProperty("what", each.what());
            json.writeStringProperty("field", each.field());
            json.writeStringProperty("stated", each.stated());
            json.writeStringProperty("found", each.found());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayPropertyStart("notProved");
        report.notProved().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
        json.close();
        out.println("");
    }

    private static String word(StatementReport report) {
        if (!report.statement().isSigned()) {
            return "none";
        }
        return report.isSignatureRight() ? "right" : "wrong";
    }
}
