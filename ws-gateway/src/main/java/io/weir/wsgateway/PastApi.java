package io.weir.wsgateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.ConnectionInfo;
import io.weir.aggregator.LedgerFold;
import io.weir.aggregator.history.JournalHistory;
import io.weir.aggregator.history.Moment;
import io.weir.aggregator.history.PastState;
import io.weir.aggregator.history.ScanControl;
import java.util.List;

/**
 * Answers requests for the state after an event, or as of an instant: what {@code weir state --at} prints, a page at a time. Asked on
 * the event loop of the gateway, worked out on {@code weir-gateway-history}.
 */
final class PastApi {
    private static final int USUAL_LIMIT = 200;

    /** What is asked: the state after an event or, if that is 0, as of an instant. */
    private record Query(long sequence, long atMillis, long before, int limit) {
        static Query of(QueryStringDecoder target) throws BadQuestionException {
            Parameters parameters = new Parameters(target);
            boolean hasSequence = !parameters.text("seq").isEmpty();
            if (hasSequence != parameters.text("at").isEmpty()) {
                throw new BadQuestionException("there must be either 'at' or 'seq'");
            }
            long sequence = parameters.number("seq", 0);
            if (hasSequence && sequence == 0) {
                throw new BadQuestionException("'seq' is 0; the first event has 1");
            }
            return new Query(
                    sequence,
                    parameters.timeMillis("at"),
                    parameters.before(),
                    parameters.count("limit", USUAL_LIMIT, SessionsQuery.MAX_LIMIT));
        }
    }

    private final Ledger ledger;
    private final Questions history;

    PastApi(Ledger ledger, Questions history) {
        this.ledger = ledger;
        this.history = history;
    }

    void sendState(Channel channel, QueryStringDecoder target) throws BadQuestionException {
        Query query = Query.of(target);
        history.ask(channel, control -> state(channel.alloc(), query, control));
    }

    private Answer state(ByteBufAllocator allocator, Query query, ScanControl control) {
        JournalHistory past = ledger.history();
        Moment moment =
                query.sequence() > 0 ? new Moment(query.sequence(), 0) : past.momentAt(query.atMillis(), control);
        if (moment.sequence() == 0) {
            return unknown(allocator, "the journal has no event as early as that");
        }
        PastState state = past.stateAfter(moment.sequence(), control);
        if (!state.fold().isStarted()) {
            return unknown(allocator, "there is no state: the journal's beginning is missing, or it holds no event");
        }
        if (state.fold().sequence() < moment.sequence() && state.missing() == 0) {
            return unknown(
                    allocator,
                    "the journal ends, or was played up to, sequence "
                            + state.fold().sequence());
        }
        return answer(allocator, query, state);
    }

    private static Answer answer(ByteBufAllocator allocator, Query query, PastState state) {
        LedgerFold fold = state.fold();
        SessionsPage page = SessionsPage.newest(query.before(), query.limit());
        fold.forEachOpen(page::offer);
        List<ConnectionInfo> rows = page.rows();
        return Answer.ok(allocator, json -> {
            json.writeNumberProperty("seq", fold.sequence());
            json.writeStringProperty("time", Json.time(fold.atMillis()));
            json.writeStringProperty("hash", fold.digest());
            json.writeObjectPropertyStart("totals");
            SessionRow.writeCounts(json, fold.totals());
            json.writeEndObject();
            json.writeNumberProperty("sessions", fold.sessionsOpened());
            json.writeNumberProperty("open", fold.openCount());
            json.writeNumberProperty("violations", fold.violations());
            if (state.missing() > 0) {
                json.writeNumberProperty("missing", state.missing());
            }
            json.writeArrayPropertyStart("data");
            rows.forEach(each -> SessionRow.write(json, each));
            json.writeEndArray();
            if (page.hasMore()) {
                json.writeNumberProperty("next", rows.get(rows.size() - 1).id());
            }
        });
    }

    private static Answer unknown(ByteBufAllocator allocator, String why) {
        return Answer.error(allocator, HttpResponseStatus.NOT_FOUND, why);
    }
}
