package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.eventbus.CloseReason;
import io.weir.eventbus.SessionRoute;
import io.weir.eventbus.Tally;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * How these commands write JSON: streaming, and in ASCII alone. So it is the same whatever the terminal's encoding is, and
 * nothing from the wire can act on the terminal.
 */
final class Json {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .rootValueSeparator("")
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM) // the output has a buffer of its own
            .build();

    private Json() {}

    static JsonGenerator to(Writer out) {
        return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
    }

    /** The six counts as properties of the current object. */
    static void counts(JsonGenerator json, Tally counts) {
        json.writeNumberProperty("up", counts.up());
        json.writeNumberProperty("down", counts.down());
        json.writeNumberProperty("overheadUp", counts.overheadUp());
        json.writeNumberProperty("overheadDown", counts.overheadDown());
        json.writeNumberProperty("originUp", counts.originUp());
        json.writeNumberProperty("originDown", counts.originDown());
    }

    /** A session as an object, in an array. */
    static void session(JsonGenerator json, ConnectionInfo session) {
        json.writeStartObject();
        sessionFields(json, session);
        json.writeEndObject();
    }

    /** What a session is, as properties of the current object. */
    static void sessionFields(JsonGenerator json, ConnectionInfo session) {
        CloseReason reason = session.reason();
        json.writeNumberProperty("id", session.id());
        json.writeNumberProperty("parentId", session.parentId());
        json.writeStringProperty("protocol", session.protocol().label());
        json.writeStringProperty("method", session.method());
        json.writeStringProperty("host", session.host());
        json.writeStringProperty("url", session.url());
        json.writeStringProperty("remote", session.remote());
        json.writeStringProperty("user", session.user());
        json.writeStringProperty("openedAt", Figures.time(session.openedAtMillis()));
        json.writeStringProperty("closedAt", reason == null ? null : Figures.time(session.closedAtMillis()));
        json.writeStringProperty("reason", reason == null ? null : reason.name());
        counts(json, session.counts());
        SessionRoute route = session.route();
        if (!route.equals(SessionRoute.NONE)) { // journals of before have none
            json.writeNumberProperty("configVersion", route.configVersion());
            json.writeStringProperty("rule", route.rule());
            json.writeStringProperty("upstream", route.upstream());
        }
    }

    /** The six counts as an object of their own. */
    static void tally(JsonGenerator json, String name, @Nullable Tally counts) {
        if (counts == null) {
            json.writeNullProperty(name);
            return;
        }
        json.writeObjectPropertyStart(name);
        counts(json, counts);
        json.writeEndObject();
    }
}
