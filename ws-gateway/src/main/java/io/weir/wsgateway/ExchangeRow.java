package io.weir.wsgateway;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.Tally;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/**
 * Writes one exchange as the object that dashboards know, then what they don't. What is empty is left out, as they expect.
 *
 * <p>Names of fields that differ in case only are one field to a client, so they are one key here: as it came first.
 */
final class ExchangeRow {
    private static final int MAX_TEXT_CHARS = 2_048;
    private static final int MAX_VALUE_CHARS = 4_096;

    private record Header(String name, List<String> values) {}

    private ExchangeRow() {}

    static void write(JsonGenerator json, RecordedExchange recorded) {
        ExchangeCompleted exchange = recorded.exchange();
        json.writeStartObject();
        json.writeNumberProperty("id", recorded.sequence());
        json.writeNumberProperty("sessionId", exchange.sessionId());
        json.writeNumberProperty("parentId", exchange.parentId());
        json.writeNumberProperty("time", exchange.times().startedAtMillis());
        json.writeNumberProperty("duration", Math.max(0, exchange.times().lastByteMicros()) / 1_000);
        writeRequest(json, exchange);
        writeResponse(json, exchange);
        textIfAny(json, "error", exchange.error());
        writeMore(json, exchange);
        json.writeEndObject();
    }

    private static void writeRequest(JsonGenerator json, ExchangeCompleted exchange) {
        json.writeObjectPropertyStart("request");
        text(json, "method", exchange.method());
        text(json, "url", exchange.url());
        text(json, "host", exchange.host());
        writeMessage(json, exchange.request(), exchange.messages().up());
        json.writeEndObject();
    }

    private static void writeResponse(JsonGenerator json, ExchangeCompleted exchange) {
        json.writeObjectPropertyStart("response");
        json.writeNumberProperty("statusCode", exchange.status());
        text(json, "status", exchange.status() > 0 ? statusLine(exchange.status()) : "");
        writeMessage(json, exchange.response(), exchange.messages().down());
        json.writeEndObject();
    }

    private static String statusLine(int status) {
        return HttpResponseStatus.valueOf(status).toString();
    }

    private static void writeMessage(JsonGenerator json, MessageFacts message, long bytes) {
        writeHeader(json, message.fields());
        json.writeNumberProperty("sumSize", bytes);
        textIfAny(json, "bodyKey", message.bodySha256());
        numberIfAny(json, "bodySize", message.bodyBytes());
        if (!message.bodySha256().isEmpty()) {
            json.writeBooleanProperty("bodyUploaded", true);
        }
        textIfAny(json, "contentType", message.value("content-type"));
        textIfAny(json, "bodyError", message.bodyNote());
        numberIfAny(json, "fieldsLeftOut", message.fieldsLeftOut());
    }

    private static void writeHeader(JsonGenerator json, List<Field> fields) {
        if (fields.isEmpty()) {
            json.writeNullProperty("header");
            return;
        }
        Map<String, Header> headers = new LinkedHashMap<>();
        for (Field field : fields) {
            headers.computeIfAbsent(
                            field.name().toLowerCase(Locale.ROOT), name -> new Header(field.name(), new ArrayList<>()))
                    .values()
                    .add(field.value());
        }
        json.writeObjectPropertyStart("header");
        for (Header header : headers.values()) {
            json.writeArrayPropertyStart(Json.limited(header.name(), MAX_TEXT_CHARS));
            header.values().forEach(value -> json.writeString(Json.limited(value, MAX_VALUE_CHARS)));
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    /** What this protocol did not have before. */
    private static void writeMore(JsonGenerator json, ExchangeCompleted exchange) {
        json.writeStringProperty("protocol", exchange.protocol().label());
        text(json, "remote", exchange.remote());
        textIfAny(json, "clientProtocol", exchange.clientProtocol());
        textIfAny(json, "originProtocol", exchange.originProtocol());
        textIfAny(json, "originAddress", exchange.originAddress());
        textIfAny(json, "originCertificate", exchange.originCertificate());
        writeTimes(json, exchange.times());
        tally(json, "messages", exchange.messages());
        tally(json, "wire", exchange.wire());
        if (exchange.framesUp() + exchange.framesDown() > 0) {
            json.writeNumberProperty("framesUp", exchange.framesUp());
            json.writeNumberProperty("framesDown", exchange.framesDown());
        }
    }

    private static void writeTimes(JsonGenerator json, ExchangeTimes times) {
        json.writeObjectPropertyStart("times");
        time(json, "connect", times.connectMicros());
        time(json, "tls", times.tlsMicros());
        time(json, "firstByte", times.firstByteMicros());
        time(json, "lastByte", times.lastByteMicros());
        json.writeEndObject();
    }

    private static void time(JsonGenerator json, String name, long micros) {
        if (micros != ExchangeTimes.NEVER) {
            json.writeNumberProperty(name, micros);
        }
    }

    private static void tally(JsonGenerator json, String name, Tally tally) {
        json.writeObjectPropertyStart(name);
        json.writeNumberProperty("up", tally.up());
        json.writeNumberProperty("down", tally.down());
        json.writeNumberProperty("overheadUp", tally.overheadUp());
        json.writeNumberProperty("overheadDown", tally.overheadDown());
        json.writeNumberProperty("originUp", tally.originUp());
        json.writeNumberProperty("originDown", tally.originDown());
        json.writeEndObject();
    }

    private static void numberIfAny(JsonGenerator json, String name, long number) {
        if (number != 0) {
            json.writeNumberProperty(name, number);
        }
    }

    private static void textIfAny(JsonGenerator json, String name, String text) {
        if (!text.isEmpty()) {
            text(json, name, text);
        }
    }

    private static void text(JsonGenerator json, String name, String text) {
        json.writeStringProperty(name, Json.limited(text, MAX_TEXT_CHARS));
    }
}
