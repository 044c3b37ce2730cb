package io.weir.replaytool;

import io.weir.eventbus.CloseReason;
import io.weir.eventbus.Counts;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.LedgerEvent.BytesTransferred;
import io.weir.eventbus.LedgerEvent.CheckpointSession;
import io.weir.eventbus.SessionProtocol;
import io.weir.eventbus.Tally;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Writes events as JSON objects: {@code sequence}, {@code time}, {@code kind}, then the fields of the event's record under
 * their names in the code, where they are documented. One thread.
 *
 * <p>The fields are found by reflection, so that a new kind of event is shown without a line here.
 */
final class EventJson {
    /** The names of all kinds of events. */
    static final List<String> KINDS = Arrays.stream(LedgerEvent.class.getPermittedSubclasses())
            .map(Class::getSimpleName)
            .toList();

    /** The name of the kind that a delta is. */
    static final String DELTA = BytesTransferred.class.getSimpleName();

    private static final ClassValue<RecordComponent[]> FIELDS = new ClassValue<>() {
        @Override
        protected RecordComponent[] computeValue(Class<?> type) {
            return type.getRecordComponents();
        }
    };

    private final JsonGenerator json;

    EventJson(Writer out) {
        this.json = Json.to(out);
    }

    void event(long sequence, long atMillis, LedgerEvent event) {
        begin(sequence, atMillis, event.getClass().getSimpleName());
        fields(event);
        end();
    }

    void delta(long sequence, long atMillis, long sessionId, Counts delta) {
        begin(sequence, atMillis, DELTA);
        json.writeNumberProperty("sessionId", sessionId);
        Json.tally(json, "delta", delta.toTally());
        end();
    }

    /** The session that an event is about; 0 if it is about none. */
    static long sessionOf(LedgerEvent event) {
        if (event instanceof CheckpointSession session) {
            return session.opened().sessionId();
        }
        for (RecordComponent field : FIELDS.get(event.getClass())) {
            if (field.getName().equals("sessionId")) {
                return (long) value(field, event);
            }
        }
        return 0;
    }

    private void begin(long sequence, long atMillis, String kind) {
        json.writeStartObject();
        json.writeNumberProperty("sequence", sequence);
        json.writeStringProperty("time", Figures.time(atMillis));
        json.writeStringProperty("kind", kind);
    }

    private void end() {
        json.writeEndObject();
        json.writeRaw('\n');
        json.flush();
    }

    /** The fields of an event alone, as an object. */
    void fieldsOf(LedgerEvent event) {
        json.writeStartObject();
        fields(event);
        json.writeEndObject();
        json.flush();
    }

    private void fields(Object event) {
        for (RecordComponent field : FIELDS.get(event.getClass())) {
            field(field.getName(), value(field, event));
        }
    }

    private void field(String name, Object value) {
        if (value instanceof Number number) {
            json.writeNumberProperty(name, number.longValue());
        } else if (value instanceof Tally tally) {
            Json.tally(json, name, tally);
        } else if (value instanceof SessionProtocol protocol) {
            json.writeStringProperty(name, protocol.label());
        } else if (value instanceof CloseReason reason) {
            json.writeStringProperty(name, reason.name());
        } else if (value instanceof List<?> list) {
            json.writeArrayPropertyStart(name);
            list.forEach(this::element);
            json.writeEndArray();
        } else if (value instanceof Record) {
            json.writeObjectPropertyStart(name);
            fields(value);
            json.writeEndObject();
        } else {
            json.writeStringProperty(name, String.valueOf(value));
        }
    }

    private void element(Object value) {
        if (value instanceof Record) {
            json.writeStartObject();
            fields(value);
            json.writeEndObject();
        } else {
            json.writeString(String.valueOf(value));
        }
    }

    private static Object value(RecordComponent field, Object event) {
        try {
            return field.getAccessor().invoke(event);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("events are public records: " + field, e);
        }
    }
}
