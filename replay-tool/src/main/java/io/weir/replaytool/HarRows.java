package io.weir.replaytool;

import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.Counts;
import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.LedgerEvent;
import io.weir.eventbus.MessageFacts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * An HTTP archive, version 1.2, of recorded exchanges, an entry a line. What the journal has without its secrets stays without them;
 * cookies are in the fields alone. Bodies come from the store if one is given.
 *
 * <p>{@code time} is the sum of {@code connect}, {@code wait} and {@code receive}; when the request was sent is not known apart from
 * {@code wait}. What HAR has no name for begins with {@code _}.
 */
final class HarRows implements ExportRows {
    private static final double MICROS_PER_MILLI = 1_000;

    private final JsonGenerator json;
    private final String version;
    private final @Nullable StoredBodyReader bodies;
    private boolean isFirst;

    /**
     * Prepares to write.
     *
     * @param isFirst whether no entry was written before
     * @param version ours
     * @param bodies null: without bodies
     */
    HarRows(Writer out, boolean isFirst, String version, @Nullable StoredBodyReader bodies) {
        this.json = Json.to(out);
        this.isFirst = isFirst;
        this.version = version;
        this.bodies = bodies;
    }

    @Override
    public String head() {
        return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"Weir\",\"version\":\"" + version
                + "\"},\"entries\":[\n";
    }

    @Override
    public String tail(long firstSequence, long lastSequence) {
        return "\n],\"comment\":\"exchanges among events " + firstSequence + " to " + lastSequence
                + " of a Weir journal\",\"_firstSequence\":" + firstSequence + ",\"_lastSequence\":" + lastSequence
                + "}}\n";
    }

    @Override
    public void session(long sequence, ConnectionInfo session) {
        throw new IllegalArgumentException("an archive has exchanges");
    }

    @Override
    public void event(long sequence, long atMillis, LedgerEvent event) {
        throw new IllegalArgumentException("an archive has exchanges");
    }

    @Override
    public void delta(long sequence, long atMillis, long sessionId, Counts delta) {
        throw new IllegalArgumentException("an archive has exchanges");
    }

    @Override
    public void exchange(RecordedExchange recorded) {
        ExchangeCompleted it = recorded.exchange();
        if (!isFirst) {
            json.writeRaw(",\n");
        }
        isFirst = false;
        json.writeStartObject();
        json.writeStringProperty("startedDateTime", Figures.time(it.times().startedAtMillis()));
        json.writeNumberProperty("time", Math.max(0, it.times().lastByteMicros()) / MICROS_PER_MILLI);
        request(it);
        response(it);
        json.writeObjectPropertyStart("cache");
        json.writeEndObject();
        timings(it.times());
        if (!it.originAddress().isEmpty()) {
            json.writeStringProperty("serverIPAddress", address(it.originAddress()));
        }
        json.writeStringProperty("connection", Long.toString(it.parentId() == 0 ? it.sessionId() : it.parentId()));
        if (!it.error().isEmpty()) {
            json.writeStringProperty("comment", it.error());
        }
        json.writeNumberProperty("_sequence", recorded.sequence());
        json.writeNumberProperty("_session", it.sessionId());
        json.writeStringProperty("_client", it.remote());
        Json.tally(json, "_messages", it.messages());
        json.writeEndObject();
        json.flush();
    }

    private static String address(String withPort) {
        int port = withPort.lastIndexOf(':');
        String host = port < 0 ? withPort : withPort.substring(0, port);
        return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    }

    private void request(ExchangeCompleted it) {
        json.writeObjectPropertyStart("request");
        json.writeStringProperty("method", it.method());
        json.writeStringProperty("url", it.url());
        json.writeStringProperty("httpVersion", it.clientProtocol());
        fields(it.request());
        query(it.url());
        json.writeNumberProperty("headersSize", -1);
        json.writeNumberProperty("bodySize", it.request().bodyBytes());
        if (it.request().bodyBytes() > 0) {
            json.writeObjectPropertyStart("postData");
            json.writeStringProperty("mimeType", it.request().value("Content-Type"));
            body(it.request(), true);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    private void response(ExchangeCompleted it) {
        json.writeObjectPropertyStart("response");
        json.writeNumberProperty("status", it.status());
        json.writeStringProperty("statusText", "");
        json.writeStringProperty("httpVersion", it.clientProtocol());
        fields(it.response());
        json.writeObjectPropertyStart("content");
        json.writeStringProperty("mimeType", it.response().value("Content-Type"));
        body(it.response(), false);
        json.writeEndObject();
        json.writeStringProperty("redirectURL", it.response().value("Location"));
        json.writeNumberProperty("headersSize", -1);
        json.writeNumberProperty("bodySize", it.response().bodyBytes());
        json.writeEndObject();
    }

    private void fields(MessageFacts message) {
        json.writeArrayPropertyStart("cookies");
        json.writeEndArray();
        json.writeArrayPropertyStart("headers");
        message.fields().forEach(field -> named(field.name(), field.value()));
        json.writeEndArray();
        if (message.fieldsLeftOut() > 0) {
            json.writeNumberProperty("_headersLeftOut", message.fieldsLeftOut());
        }
    }

    private void query(String url) {
        json.writeArrayPropertyStart("queryString");
        int begin = url.indexOf('?');
        if (begin >= 0 && begin + 1 < url.length()) {
            for (String pair : url.substring(begin + 1).split("&", -1)) {
                int equals = pair.indexOf('=');
                named(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
            }
        }
        json.writeEndArray();
    }

    private void named(String name, String value) {
        json.writeStartObject();
        json.writeStringProperty("name", name);
        json.writeStringProperty("value", value);
        json.writeEndObject();
    }

    /** The body's size and, if it is there, the body. */
    private void body(MessageFacts message, boolean isRequest) {
        Optional<Path> stored = bodies == null ? Optional.empty() : bodies.find(message.bodySha256());
        try {
            if (stored.isPresent()) {
                stored(message, stored.get(), isRequest);
                return;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("body " + message.bodySha256(), e);
        }
        if (isRequest) {
            json.writeStringProperty("text", "");
        } else {
            json.writeNumberProperty("size", message.bodyBytes());
        }
        if (message.bodyBytes() > 0) {
            json.writeStringProperty("comment", whyNot(message));
        }
    }

    private String whyNot(MessageFacts message) {
        if (!message.bodyNote().isEmpty()) {
            return "body not stored: " + message.bodyNote();
        }
        if (message.bodySha256().isEmpty()) {
            return "body not stored";
        }
        return bodies == null
                ? "body stored as " + message.bodySha256() + ", not exported"
                : "body " + message.bodySha256()
                        + " is not in the store any more, or not as it was, or longer than 1 GiB";
    }

    private void stored(MessageFacts message, Path file, boolean isRequest) throws IOException {
        Optional<byte[]> decoded = StoredBodyReader.decoded(file, message.value("Content-Encoding"));
        if (!isRequest) {
            json.writeNumberProperty("size", decoded.isPresent() ? decoded.get().length : message.bodyBytes());
        }
        Optional<String> text = decoded.flatMap(StoredBodyReader::text);
        if (text.isPresent()) {
            json.writeStringProperty("text", text.get());
            return;
        }
        json.writeStringProperty(isRequest ? "_encoding" : "encoding", "base64");
        json.writeName("text");
        if (decoded.isPresent()) {
            json.writeBinary(decoded.get());
        } else {
            try (InputStream in = Files.newInputStream(file)) {
                json.writeBinary(in, Math.toIntExact(Files.size(file)));
            }
            json.writeStringProperty("comment", "as it crossed the wire: " + message.value("Content-Encoding"));
        }
    }

    private void timings(ExchangeTimes times) {
        long connect = Math.max(0, times.connectMicros()) + Math.max(0, times.tlsMicros());
        long last = Math.max(0, times.lastByteMicros());
        long first = times.firstByteMicros() == ExchangeTimes.NEVER ? last : Math.min(last, times.firstByteMicros());
        connect = Math.min(connect, first);
        boolean isConnected = times.connectMicros() != ExchangeTimes.NEVER || times.tlsMicros() != ExchangeTimes.NEVER;
        json.writeObjectPropertyStart("timings");
        json.writeNumberProperty("blocked", -1);
        json.writeNumberProperty("dns", -1);
        if (isConnected) {
            json.writeNumberProperty("connect", connect / MICROS_PER_MILLI);
        } else {
            json.writeNumberProperty("connect", -1);
        }
        if (times.tlsMicros() == ExchangeTimes.NEVER) {
            json.writeNumberProperty("ssl", -1);
        } else {
            json.writeNumberProperty("ssl", times.tlsMicros() / MICROS_PER_MILLI);
        }
        json.writeNumberProperty("send", 0);
        json.writeNumberProperty("wait", (first - connect) / MICROS_PER_MILLI);
        json.writeNumberProperty("receive", (last - first) / MICROS_PER_MILLI);
        json.writeEndObject();
    }
}
