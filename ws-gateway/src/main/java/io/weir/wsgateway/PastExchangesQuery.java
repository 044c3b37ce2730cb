package io.weir.wsgateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.history.ExchangeFilter;

/**
 * Which exchanges of all time a request asks for. Immutable.
 *
 * @param filter which of them
 * @param before the sequence that they are below of
 * @param limit how many at most; fewer than of sessions, since each may have 128 KiB of fields
 */
record PastExchangesQuery(ExchangeFilter filter, long before, int limit) {
    private static final int USUAL_LIMIT = 200;
    private static final int MAX_LIMIT = 500;
    private static final int MAX_STATUS = 999;

    static PastExchangesQuery of(QueryStringDecoder target) throws BadQuestionException {
        Parameters parameters = new Parameters(target);
        ExchangeFilter filter = new ExchangeFilter(
                parameters.text("q"),
                parameters.text("host"),
                parameters.text("method"),
                status(parameters),
                parameters.number("session", 0),
                parameters.timeMillis("from"),
                parameters.timeMillis("to"));
        return new PastExchangesQuery(filter, parameters.before(), parameters.count("limit", USUAL_LIMIT, MAX_LIMIT));
    }

    /** A status, or a class of them as {@code 5} or {@code 5xx}. */
    private static int status(Parameters parameters) throws BadQuestionException {
        String text = parameters.text("status");
        if (text.matches("[1-5]xx")) {
            return text.charAt(0) - '0';
        }
        long status = parameters.number("status", 0);
        if (status > MAX_STATUS || (status > 5 && status < 100)) {
            throw new BadQuestionException("'status' is neither a status from 100 to 999 nor a class from 1xx to 5xx");
        }
        return (int) status;
    }
}
