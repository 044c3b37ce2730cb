package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.ByteBufUtil;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonWriteFeature;

/**
 * Writes JSON into buffers.
 *
 * <p>All that is not ASCII is escaped: a lone surrogate out of somebody's host name then costs six bytes, not the message
 * that it stands in.
 */
final class Json {
    private static final JsonFactory FACTORY =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final DateTimeFormatter RFC_3339 = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSSxxx", Locale.ROOT)
            .withZone(ZoneId.systemDefault());

    /** Writes the inside of one JSON object. */
    @FunctionalInterface
    interface Fields {
        void writeTo(JsonGenerator json);
    }

    private Json() {}

    /** One JSON object in a new buffer; the caller owns it. */
    static ByteBuf object(ByteBufAllocator allocator, int expectedBytes, Fields fields) {
        return object(allocator.buffer(expectedBytes), fields);
    }

    /** Appends one JSON object to {@code buffer}, and releases that if it cannot. */
    static ByteBuf object(ByteBuf buffer, Fields fields) {
        try (JsonGenerator json =
                FACTORY.createGenerator(ObjectWriteContext.empty(), (OutputStream) new ByteBufOutputStream(buffer))) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        } catch (RuntimeException | Error e) {
            buffer.release();
            throw e;
        }
        return buffer;
    }

    /** The object in {@code buffer} with one more number at its end; takes over the reference. */
    static ByteBuf withNumber(ByteBuf buffer, String name, long value) {
        ByteBuf tail = ByteBufUtil.writeAscii(buffer.alloc(), ",\"" + name + "\":" + value + "}");
        return buffer.alloc()
                .compositeBuffer(2)
                .addComponent(true, buffer.writerIndex(buffer.writerIndex() - 1))
                .addComponent(true, tail);
    }

    /** A time as RFC 3339 has it, with the offset of this machine's zone. */
    static String time(long atMillis) {
        return RFC_3339.format(Instant.ofEpochMilli(atMillis));
    }

    /** At most so many characters; what is cut off is replaced by an ellipsis. */
    static String limited(String text, int maxChars) {
        return text.length() <= maxChars ? text : text.substring(0, maxChars - 1) + "…";
    }
}
