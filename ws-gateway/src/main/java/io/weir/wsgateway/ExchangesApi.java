package io.weir.wsgateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.RecentExchanges;
import io.weir.aggregator.RecordedExchange;
import io.weir.aggregator.Snapshot;
import io.weir.aggregator.history.ExchangePage;
import io.weir.aggregator.history.ScanControl;
import java.util.List;

/**
 * Answers requests for exchanges: the recent ones, which are in memory, and all of them out of the journal. Event loop of the gateway;
 * the journal is read on {@code weir-gateway-history}.
 */
final class ExchangesApi {
    private static final int EXPECTED_BYTES = 1024;
    private static final int MAX_BYTES = 8 << 20; // and one exchange more

    private final Ledger ledger;
    private final FreshSnapshots snapshots;
    private final Questions history;

    ExchangesApi(Ledger ledger, FreshSnapshots snapshots, Questions history) {
        this.ledger = ledger;
        this.snapshots = snapshots;
        this.history = history;
    }

    /** The recent exchanges after a sequence or the last ones; with {@code state=history} those of all time. */
    void sendExchanges(Channel channel, QueryStringDecoder target) throws BadQuestionException {
        switch (new Parameters(target).text("state")) {
            case "", "recent" -> {
                RecentExchangesQuery query = RecentExchangesQuery.of(target);
                snapshots.with(channel, snapshot -> sendRecent(channel, snapshot, query));
            }
            case "history" -> {
                PastExchangesQuery query = PastExchangesQuery.of(target);
                history.ask(channel, control -> past(channel.alloc(), query, control));
            }
            default -> throw new BadQuestionException("'state' is neither recent nor history");
        }
    }

    private void sendRecent(Channel channel, Snapshot snapshot, RecentExchangesQuery query) {
        RecentExchanges.Page page = query.page(ledger.exchanges(), snapshot.sequence());
        Replies.send(channel, Answer.ok(channel.alloc(), json -> {
            json.writeNumberProperty("seq", snapshot.sequence());
            json.writeNumberProperty("missed", page.missed());
            json.writeBooleanProperty("more", page.more());
            json.writeArrayPropertyStart("data");
            page.exchanges().forEach(each -> ExchangeRow.write(json, each));
            json.writeEndArray();
        }));
    }

    private Answer past(ByteBufAllocator allocator, PastExchangesQuery query, ScanControl control) {
        long sequence = ledger.health().sequence(); // before the journal is read: all of it is in the answer
        ExchangePage page = ledger.history().exchanges(query.filter(), query.before(), query.limit(), control);
        List<RecordedExchange> found = page.exchanges();
        ByteBuf buffer = allocator.buffer(EXPECTED_BYTES);
        return new Answer(HttpResponseStatus.OK, Json.object(buffer, json -> {
            json.writeNumberProperty("seq", sequence);
            json.writeArrayPropertyStart("data");
            int sent = 0;
            while (sent < found.size() && buffer.readableBytes() < MAX_BYTES) {
                ExchangeRow.write(json, found.get(sent++));
            }
            json.writeEndArray();
            if (sent > 0 && (page.more() || sent < found.size())) {
                json.writeNumberProperty("next", found.get(sent - 1).sequence());
            }
        }));
    }
}
