package io.weir.aggregator.journal;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes what an exchange says after its session, as {@link RecordEncoder} draws it. One thread.
 *
 * <p>Its texts come from the wire, so it trusts no length: whatever it is given, an exchange takes less than
 * {@link RecordEncoder#LARGEST_EVENT_BYTES}. Fields that don't fit are counted as left out; numbers that can't be are written
 * as 0.
 */
final class ExchangeWriter {
    /** A message has at most so many fields in the journal. */
    static final int MAX_FIELDS = 256;

    /** The fields of a message take at most so many bytes, their lengths included. */
    static final int MAX_FIELDS_BYTES = 24 * 1024;

    /** All texts but the URL and the fields' values are cut to this. */
    static final int MAX_WORD_BYTES = 512;

    private static final int LENGTH_BYTES = 2; // of a text of at most MAX_TEXT_BYTES, which is below 2^14

    private final ByteWriter out;

    ExchangeWriter(ByteWriter out) {
        this.out = out;
    }

    void write(ExchangeCompleted exchange, long recordMillis) {
        out.varint(exchange.parentId());
        out.varint(exchange.protocol().code());
        out.zigzag(exchange.status());
        words(exchange.remote(), exchange.host(), exchange.method());
        out.text(exchange.url());
        words(
                exchange.clientProtocol(),
                exchange.originProtocol(),
                exchange.originAddress(),
                exchange.originCertificate());
        message(exchange.request());
        message(exchange.response());
        out.tally(exchange.messages());
        out.tally(exchange.wire());
        times(exchange.times(), recordMillis);
        count(exchange.framesUp());
        count(exchange.framesDown());
        words(exchange.error());
    }

    private void times(ExchangeTimes times, long recordMillis) {
        out.zigzag(times.startedAtMillis() - recordMillis);
        out.zigzag(times.connectMicros());
        out.zigzag(times.tlsMicros());
        out.zigzag(times.firstByteMicros());
        out.zigzag(times.lastByteMicros());
    }

    private void message(MessageFacts facts) {
        List<Field> fields = facts.fields();
        int kept = keptFields(fields);
        int leftOut = fields.size() - kept;
        count(Math.min(Integer.MAX_VALUE, Math.max(0L, facts.fieldsLeftOut()) + leftOut));
        count(facts.bodyBytes());
        words(facts.bodySha256(), facts.bodyNote());
        out.varint(kept);
        for (Field field : fields.subList(0, kept)) {
            words(field.name());
            out.text(field.value());
        }
    }

    /** How many of the fields fit, from the first on. */
    private static int keptFields(List<Field> fields) {
        int bytes = 0;
        int kept = 0;
        while (kept < fields.size() && kept < MAX_FIELDS) {
            Field field = fields.get(kept);
            bytes += 2 * LENGTH_BYTES
                    + Math.min(MAX_WORD_BYTES, utf8Bytes(field.name()))
                    + Math.min(ByteWriter.MAX_TEXT_BYTES, utf8Bytes(field.value()));
            if (bytes > MAX_FIELDS_BYTES) {
                break;
            }
            kept++;
        }
        return kept;
    }

    private static int utf8Bytes(String text) {
        return text.length() > ByteWriter.MAX_TEXT_BYTES ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private void count(long value) {
        out.varint(Math.max(0, value));
    }

    private void words(String... words) {
        for (String word : words) {
            out.text(word, MAX_WORD_BYTES);
        }
    }
}
