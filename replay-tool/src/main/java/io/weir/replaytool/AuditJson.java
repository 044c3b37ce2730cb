package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.Gap;
import io.weir.eventbus.LedgerEvent.JournalPruned;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes an audit as exactly one JSON object. One thread. Rows come first, each as soon as it is known, because they are
 * not kept; everything else follows when the whole journal was read.
 */
final class AuditJson implements SessionView {
    private final CommandOutput out;
    private final JsonGenerator json;
    private final boolean withRows;

    AuditJson(CommandOutput out, boolean withRows) {
        this.out = out;
        this.json = Json.to(out);
        this.withRows = withRows;
        json.writeStartObject();
        if (withRows) {
            json.writeArrayPropertyStart("rows");
        }
    }

    @Override
    public void session(ConnectionInfo session) {
        Json.session(json, session);
    }

    /** Completes the object. */
    void end(AuditReport report, @Nullable Statement statement) {
        if (withRows) {
            json.writeEndArray();
        }
        if (statement != null) {
            StatementOutput.asJson(json, statement);
        }
        json.writeStringProperty("verdict", report.verdict());
        json.writeNumberProperty("sequence", report.sequence());
        json.writeNumberProperty("sessions", report.sessions());
        json.writeNumberProperty("open", report.open());
        Json.tally(json, "totals", report.totals());
        json.writeArrayPropertyStart("violations");
        report.findings().forEach(this::violation);
        json.writeEndArray();
        json.writeArrayPropertyStart("gaps");
        report.gaps().forEach(this::gap);
        json.writeEndArray();
        omissions(report.omissions());
        json.writeEndObject();
        json.close();
        out.println("");
        out.flush();
    }

    private void omissions(Omissions omissions) {
        JournalPruned pruned = omissions.pruned();
        if (pruned != null) {
            json.writeObjectPropertyStart("pruned");
            json.writeNumberProperty("firstKept", omissions.prunedBefore());
            json.writeNumberProperty("sequence", omissions.prunedAt());
            json.writeStringProperty("by", pruned.by());
            json.writeStringProperty("why", pruned.why());
            json.writeEndObject();
        }
        if (omissions.lost() > 0) {
            json.writeNumberProperty("lost", omissions.lost());
        }
        if (omissions.compacted() > 0) {
            json.writeNumberProperty("compacted", omissions.compacted());
        }
    }

    private void violation(Finding finding) {
        json.writeStartObject();
        json.writeStringProperty("kind", finding.kind().name());
        json.writeStringProperty("what", finding.what());
        json.writeNumberProperty("sequence", finding.sequence());
        json.writeNumberProperty("sessionId", finding.sessionId());
        if (finding.file().isEmpty()) {
            json.writeNullProperty("file");
            json.writeNullProperty("offset");
        } else {
            json.writeStringProperty("file", finding.file());
            json.writeNumberProperty("offset", finding.offset());
        }
        Json.tally(json, "expected", finding.expected());
        Json.tally(json, "found", finding.found());
        json.writeEndObject();
    }

    private void gap(Gap gap) {
        json.writeStartObject();
        json.writeNumberProperty("sequence", gap.sequence());
        json.writeStringProperty("from", Figures.time(gap.event().fromMillis()));
        json.writeStringProperty("to", Figures.time(gap.event().toMillis()));
        json.writeStringProperty("cause", gap.event().cause());
        Json.tally(json, "carried", gap.event().carried());
        json.writeEndObject();
    }
}
