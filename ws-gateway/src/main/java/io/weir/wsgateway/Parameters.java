package io.weir.wsgateway;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.weir.eventbus.SessionProtocol;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the query of a request. What is absent or empty is as if nothing was asked; what is there twice or malformed is a
 * {@link BadQuestionException} that names it. Event loop, one request.
 */
final class Parameters {
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,16}");

    private final Map<String, List<String>> values;

    Parameters(QueryStringDecoder target) {
        this.values = target.parameters();
    }

    /** A text; empty if there is none. */
    String text(String name) throws BadQuestionException {
        List<String> all = values.getOrDefault(name, List.of());
        if (all.size() > 1) {
            throw new BadQuestionException("the parameter '" + name + "' is there " + all.size() + " times");
        }
        return all.isEmpty() ? "" : all.get(0);
    }

    /** A whole number of at most 16 digits, which any JSON number can tell exactly. */
    long number(String name, long ifNone) throws BadQuestionException {
        String text = text(name);
        return text.isEmpty() ? ifNone : number(name, text);
    }

    private static long number(String name, String text) throws BadQuestionException {
        if (!NUMBER.matcher(text).matches()) {
            throw new BadQuestionException("'" + name + "' is not a whole number of at most 16 digits");
        }
        return Long.parseLong(text);
    }

    /** How many to answer with: from 1 on; more than {@code most} means that. */
    int count(String name, int ifNone, int most) throws BadQuestionException {
        long wanted = number(name, ifNone);
        if (wanted == 0) {
            throw new BadQuestionException("'" + name + "' is 0");
        }
        return (int) Math.min(most, wanted);
    }

    /** An id or a sequence to be below of; none if there is none. */
    long before() throws BadQuestionException {
        return number("before", Long.MAX_VALUE);
    }

    /**
     * A time in ms since the epoch, written so or as RFC 3339 has it; 0 if there is none.
     *
     * <p>The plus of an offset that was not escaped has become a space, which no time has: it is read as the plus it was.
     */
    long timeMillis(String name) throws BadQuestionException {
        String text = text(name);
        if (text.isEmpty() || NUMBER.matcher(text).matches()) {
            return text.isEmpty() ? 0 : Long.parseLong(text);
        }
        try {
            Instant time = OffsetDateTime.parse(text.replace(' ', '+')).toInstant();
            return Math.max(0, time.toEpochMilli());
        } catch (DateTimeException | ArithmeticException e) {
            throw new BadQuestionException(
                    "'" + name + "' is neither a time such as 2026-03-08T10:00:00Z nor milliseconds since 1970");
        }
    }

    /** A protocol by its label, in any case; null if there is none. */
    @Nullable SessionProtocol protocol(String name) throws BadQuestionException {
        return protocol(name, text(name));
    }

    static @Nullable SessionProtocol protocol(String name, String label) throws BadQuestionException {
        if (label.isEmpty()) {
            return null;
        }
        for (SessionProtocol protocol : SessionProtocol.values()) {
            if (protocol.label().toLowerCase(Locale.ROOT).equals(label.toLowerCase(Locale.ROOT))) {
                return protocol;
            }
        }
        throw new BadQuestionException("'" + name + "' is none of HTTP, HTTPS-Tunnel, HTTPS-MITM and HTTP-MITM");
    }
}
