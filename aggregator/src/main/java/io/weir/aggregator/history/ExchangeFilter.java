package io.weir.aggregator.history;

import io.weir.aggregator.RecordedExchange;
import io.weir.eventbus.ExchangeCompleted;
import java.util.Locale;

/**
 * Which exchanges somebody wants to see. Immutable. What is empty or 0 asks for nothing.
 *
 * @param text part of host, URL, method or error; case does not matter
 * @param host part of the host; case does not matter
 * @param method the whole method; case does not matter
 * @param status a status code, or its class as 1 to 5
 * @param sessionId its session, or the intercepted tunnel that it was in
 * @param fromMillis exchanges that were over before are left out, in ms since the epoch
 * @param toMillis exchanges that were over then or later are left out
 */
public record ExchangeFilter(
        String text, String host, String method, int status, long sessionId, long fromMillis, long toMillis) {
    /** Every exchange. */
    public static final ExchangeFilter ALL = new ExchangeFilter("", "", "", 0, 0, 0, 0);

    private static final int CLASS = 100;

    /** Lower-cases what is compared without case. */
    public ExchangeFilter {
        text = text.toLowerCase(Locale.ROOT);
        host = host.toLowerCase(Locale.ROOT);
    }

    /** Whether an exchange is wanted. */
    public boolean matches(RecordedExchange recorded) {
        ExchangeCompleted exchange = recorded.exchange();
        return (fromMillis == 0 || recorded.atMillis() >= fromMillis)
                && (toMillis == 0 || recorded.atMillis() < toMillis)
                && (sessionId == 0 || exchange.sessionId() == sessionId || exchange.parentId() == sessionId)
                && hasStatus(exchange.status())
                && (method.isEmpty() || exchange.method().equalsIgnoreCase(method))
                && contains(exchange.host(), host)
                && (text.isEmpty() || hasText(exchange));
    }

    private boolean hasStatus(int found) {
        return status == 0 || (status < CLASS ? found / CLASS == status : found == status);
    }

    private boolean hasText(ExchangeCompleted exchange) {
        return contains(exchange.host(), text)
                || contains(exchange.url(), text)
                || contains(exchange.method(), text)
                || contains(exchange.error(), text);
    }

    private static boolean contains(String whole, String part) {
        return part.isEmpty() || whole.toLowerCase(Locale.ROOT).contains(part);
    }
}
