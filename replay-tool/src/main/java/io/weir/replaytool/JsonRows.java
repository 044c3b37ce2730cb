package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import java.io.Writer;
import tools.jackson.core.JsonGenerator;

/** A JSON object a line, in ASCII. */
final class JsonRows implements ExportRows {
    private final JsonGenerator json;
    private final EventJson events;

    JsonRows(Writer out) {
        json = Json.to(out);
        events = new EventJson(out);
    }

    @Override
    public void session(long sequence, ConnectionInfo session) {
        json.writeStartObject();
        json.writeNumberProperty("sequence", sequence);
        Json.sessionFields(json, session);
        json.writeStringProperty("originAddress", session.originAddress());
        json.writeNumberProperty("status", session.status());
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        events.event(sequence, atMillis, event);
    }

    @Override
    public void delta(long sequence, long atMillis, long sessionId, Counts delta) {
        events.delta(sequence, atMillis, sessionId, delta);
    }

    @Override
    public void exchange(RecordedExchange recorded) {
        events.event(recorded.sequence(), recorded.atMillis(), recorded.exchange());
    }
}
