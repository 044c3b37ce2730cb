package io.weir.wsgateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.RecentExchanges;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * Which exchanges a request asks for. Immutable.
 *
 * @param after the sequence that the client saw last; empty for the last exchanges
 * @param limit how many at most
 */
record ExchangesQuery(OptionalLong after, int limit) {
    private static final int USUAL_LIMIT = 200;
    private static final int MAX_LIMIT = 2_000;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");

    /** The query in the target; empty if a number is none. */
    static Optional<ExchangesQuery> of(QueryStringDecoder target) {
        String after = parameter(target, "after");
        String limit = parameter(target, "limit");
        if (!isNumberOrEmpty(after) || !isNumberOrEmpty(limit) || limit.equals("0")) {
            return Optional.empty();
        }
        return Optional.of(new ExchangesQuery(
                after.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(after)),
                limit.isEmpty() ? USUAL_LIMIT : (int) Math.min(MAX_LIMIT, Long.parseLong(limit))));
    }

    private static String parameter(QueryStringDecoder target, String name) {
        return String.join(",", target.parameters().getOrDefault(name, List.of()));
    }

    private static boolean isNumberOrEmpty(String text) {
        return text.isEmpty() || NUMBER.matcher(text).matches();
    }

    /** What there is of it, up to a sequence. */
    RecentExchanges.Page page(RecentExchanges recent, long upTo) {
        return after.isPresent()
                ? recent.after(after.getAsLong(), upTo, limit)
                : new RecentExchanges.Page(recent.latest(upTo, limit), 0, false);
    }
}
