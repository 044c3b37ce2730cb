package io.weir.replaytool;

import io.weir.eventbus.LedgerEvent.Seal;
import tools.jackson.core.JsonGenerator;

/** Prints a verification as exactly one JSON object. One thread. */
final class VerifyJson {
    private final CommandOutput out;
    private final JsonGenerator json;

    VerifyJson(CommandOutput out) {
        this.out = out;
        this.json = Json.to(out);
    }

    void write(VerifyReport report) {
        AuditReport audit = report.audit();
        json.writeStartObject();
        json.writeStringProperty("verdict", report.verdict());
        json.writeStringProperty("node", audit.nodeId());
        json.writeNumberProperty("firstSequence", audit.firstSequence());
        json.writeNumberProperty("sequence", audit.sequence());
        json.writeNumberProperty("events", audit.events());
        json.writeNumberProperty("records", audit.records());
        Json.tally(json, "totals", report.areSumsChecked() ? audit.totals() : null);
        json.writeBooleanProperty("sealsOnly", !report.areSumsChecked());
        sealed(report.sealed());
        json.writeNumberProperty("unsealedBefore", report.unsealedBefore());
        json.writeNumberProperty("unsealedTail", report.unsealedTail());
        json.writeNumberProperty("tailAgeMillis", report.tailAgeMillis());
        json.writeArrayPropertyStart("keys");
        report.keys().forEach(this::key);
        json.writeEndArray();
        json.writeObjectPropertyStart("anchors");
        json.writeNumberProperty("given", report.anchorsGiven());
        json.writeNumberProperty("found", report.anchorsFound());
        json.writeNumberProperty("beforeBeginning", report.anchorsBefore());
        json.writeNumberProperty("sequence", report.anchoredSequence());
        json.writeEndObject();
        json.writeArrayPropertyStart("violations");
        report.breaks().forEach(this::violation);
        json.writeEndArray();
        json.writeArrayPropertyStart("notProved");
        report.notProved().forEach(json::writeString);
        json.writeEndArray();
        json.writeEndObject();
        json.close();
        out.println("");
        out.flush();
    }

    private void sealed(Sealed sealed) {
        Seal last = sealed.last();
        if (last == null) {
            json.writeNullProperty("sealed");
            return;
        }
        json.writeObjectPropertyStart("sealed");
        json.writeNumberProperty("from", sealed.from());
        json.writeNumberProperty("to", last.lastSequence());
        json.writeNumberProperty("seals", sealed.seals());
        json.writeNumberProperty("sequence", sealed.sequence());
        json.writeStringProperty("time", Figures.time(sealed.atMillis()));
        json.writeStringProperty("digest", last.digest());
        json.writeEndObject();
    }

    private void key(VerifyReport.Key key) {
        json.writeStartObject();
        json.writeStringProperty("id", key.id());
        json.writeNumberProperty("firstSeal", key.firstSeal());
        json.writeStringProperty("trust", key.trust().name());
        json.writeEndObject();
    }

    private void violation(Break each) {
        json.writeStartObject();
        json.writeStringProperty("kind", each.kind().name());
        json.writeStringProperty("what", each.what());
        json.writeStringProperty("breaks", each.breaks().isEmpty() ? null : each.breaks());
        json.writeNumberProperty("sequence", each.sequence());
        if (each.file().isEmpty()) {
            json.writeNullProperty("file");
            json.writeNullProperty("offset");
        } else {
            json.writeStringProperty("file", each.file());
            json.writeNumberProperty("offset", each.offset());
        }
        json.writeEndObject();
    }
}
