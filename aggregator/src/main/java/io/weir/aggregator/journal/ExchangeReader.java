package io.weir.aggregator.journal;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.ExchangeTimes;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import io.weir.eventbus.SessionProtocol;
import java.util.ArrayList;
import java.util.List;

/** Reads what an exchange says after its session, as {@link RecordEncoder} draws it. One thread. */
final class ExchangeReader {
    private static final int LEAST_FIELD_BYTES = 2; // the lengths of an empty name and an empty value

    private final ByteReader in;

    ExchangeReader(ByteReader in) {
        this.in = in;
    }

    ExchangeCompleted read(long sessionId, long recordMillis) throws RecordFormatException {
        long parentId = in.varint();
        SessionProtocol protocol = EventReader.protocol(in);
        int status = EventReader.status(in);
        return new ExchangeCompleted(
                sessionId,
                parentId,
                protocol,
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                status,
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                message(),
                message(),
                in.tally(),
                in.tally(),
                new ExchangeTimes(recordMillis + in.zigzag(), in.zigzag(), in.zigzag(), in.zigzag(), in.zigzag()),
                in.count(),
                in.count(),
                in.text());
    }

    private MessageFacts message() throws RecordFormatException {
        int leftOut = in.smallCount();
        long bodyBytes = in.count();
        String bodySha256 = in.text();
        String bodyNote = in.text();
        return new MessageFacts(fields(), leftOut, bodyBytes, bodySha256, bodyNote);
    }

    private List<Field> fields() throws RecordFormatException {
        int count = in.smallCount();
        if (count > in.remaining() / LEAST_FIELD_BYTES) {
            throw ByteReader.corrupt("has a message with more fields than bytes");
        }
        List<Field> fields = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            fields.add(new Field(in.text(), in.text()));
        }
        return fields;
    }
}
