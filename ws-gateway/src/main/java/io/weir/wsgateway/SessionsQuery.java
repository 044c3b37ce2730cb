package io.weir.wsgateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.aggregator.SessionFilter;

/**
 * Which sessions a request asks for. Immutable.
 *
 * @param filter which of them
 * @param before for open and recent ones the id, for closed ones the sequence of the end, that they are below of
 * @param limit how many at most
 */
record SessionsQuery(State state, SessionFilter filter, long before, int limit) {
    private static final int USUAL_LIMIT = 200;
    static final int MAX_LIMIT = 2_000;

    /** Where they are looked for. */
    enum State {
        OPEN,
        RECENT,
        CLOSED
    }

    static SessionsQuery of(QueryStringDecoder target) throws BadQuestionException {
        Parameters parameters = new Parameters(target);
        State state = switch (parameters.text("state")) {
            case "", "open" -> State.OPEN;
            case "recent" -> State.RECENT;
            case "closed" -> State.CLOSED;
            default -> throw new BadQuestionException("'state' is none of open, recent and closed");
        };
        SessionFilter filter = new SessionFilter(
                parameters.text("q"),
                parameters.text("host"),
                parameters.text("client"),
                parameters.text("user"),
                parameters.protocol("protocol"),
                parameters.timeMillis("from"),
                parameters.timeMillis("to"));
        return new SessionsQuery(state, filter, parameters.before(), parameters.count("limit", USUAL_LIMIT, MAX_LIMIT));
    }
}
