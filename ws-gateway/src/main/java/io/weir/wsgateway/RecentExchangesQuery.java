package io.weir.wsgateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.RecentExchanges;
import java.util.OptionalLong;

/**
 * Which recent exchanges a request asks for. Immutable.
 *
 * @param after the sequence that the client saw last; empty for the last exchanges
 * @param limit how many at most
 */
record RecentExchangesQuery(OptionalLong after, int limit) {
    private static final int USUAL_LIMIT = 200;
    private static final int MAX_LIMIT = 2_000;
    private static final long NONE = -1;

    static RecentExchangesQuery of(QueryStringDecoder target) throws BadQuestionException {
        Parameters parameters = new Parameters(target);
        long after = parameters.number("after", NONE);
        return new RecentExchangesQuery(
                after == NONE ? OptionalLong.empty() : OptionalLong.of(after),
                parameters.count("limit", USUAL_LIMIT, MAX_LIMIT));
    }

    /** What there is of it, up to a sequence. */
    RecentExchanges.Page page(RecentExchanges recent, long upTo) {
        return after.isPresent()
                ? recent.after(after.getAsLong(), upTo, limit)
                : new RecentExchanges.Page(recent.latest(upTo, limit), 0, false);
    }
}
