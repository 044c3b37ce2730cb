package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weir.aggregator.RecordedExchange;
import java.util.ArrayList;
import java.util.List;

/** One {@code mitm_exchange_batch} message: as many exchanges as it may have. Immutable. */
final class ExchangesMessage {
    /** A message has at most so many exchanges. */
    static final int MAX_ITEMS = 200;

    private static final long MAX_BYTES = 512 << 10; // about, and more for the last one
    private static final int EXPECTED_BYTES = 256;

    private final long sequence;
    private final List<RecordedExchange> exchanges;
    private final long missed;
    private final long bytes;

    private ExchangesMessage(long sequence, List<RecordedExchange> exchanges, long missed, long bytes) {
        this.sequence = sequence;
        this.exchanges = exchanges;
        this.missed = missed;
        this.bytes = bytes;
    }

    /**
     * The messages that these exchanges take.
     *
     * @param sequence the ledger's, that they show the state of
     * @param missed how many before them nobody gets, to be told with the first message
     */
    static List<ExchangesMessage> of(long sequence, List<RecordedExchange> exchanges, long missed) {
        List<ExchangesMessage> messages = new ArrayList<>();
        int from = 0;
        while (from < exchanges.size() || (missed > 0 && messages.isEmpty())) {
            long bytes = EXPECTED_BYTES;
            int to = from;
            while (to < exchanges.size() && to - from < MAX_ITEMS && bytes < MAX_BYTES) {
                bytes += exchanges.get(to++).estimatedBytes();
            }
            messages.add(new ExchangesMessage(
                    sequence, exchanges.subList(from, to), messages.isEmpty() ? missed : 0, bytes));
            from = to;
        }
        return messages;
    }

    /** The message; the caller owns it. */
    ByteBuf write(ByteBufAllocator allocator) {
        return Json.object(allocator, (int) Math.min(bytes, 2 * MAX_BYTES), json -> {
            json.writeStringProperty("type", "mitm_exchange_batch");
            json.writeNumberProperty("seq", sequence);
            json.writeArrayPropertyStart("data");
            exchanges.forEach(each -> ExchangeRow.write(json, each));
            json.writeEndArray();
            if (missed > 0) {
                json.writeNumberProperty("missed", missed);
            }
        });
    }
}
