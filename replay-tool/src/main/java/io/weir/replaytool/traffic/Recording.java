package io.weir.replaytool.traffic;

import io.weir.eventbus.ExchangeCompleted;
import io.weir.eventbus.MessageFacts;
import io.weir.eventbus.MessageFacts.Field;
import java.util.Set;

/**
 * A recorded exchange. Immutable.
 *
 * @param sequence of the event that recorded it
 */
public record Recording(long sequence, ExchangeCompleted exchange) {
    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS", "TRACE"); // RFC 9110 section 9.2.1
    private static final String REDACTED = "redacted]"; // however the bracket before it is written in a URL
    private static final int BYTES_WITHOUT_TEXT = 400;

    /** When its request came, in ms since the epoch. */
    long startedAtMillis() {
        return exchange.times().startedAtMillis();
    }

    boolean isSafe() {
        return SAFE.contains(exchange.method());
    }

    boolean isHttp2() {
        return exchange.clientProtocol().equals("HTTP/2");
    }

    /** Whether it went on as something else: a WebSocket, or a tunnel. */
    boolean isUpgraded() {
        return exchange.status() == 101 || exchange.method().equals("CONNECT");
    }

    boolean hasSecretInUrl() {
        return isReplaced(exchange.url());
    }

    /** Whether a value, or a part of it, was replaced before it was recorded. */
    static boolean isReplaced(String value) {
        return value.contains(REDACTED) || value.contains("redacted%5D") || value.contains("…");
    }

    /** What it was recorded on: exchanges with equal ones came one after the other. */
    String connection() {
        return exchange.parentId() == 0 ? exchange.remote() : "tunnel " + exchange.parentId();
    }

    /** About how much memory it takes. */
    long heldBytes() {
        return BYTES_WITHOUT_TEXT + exchange.url().length() + chars(exchange.request()) + chars(exchange.response());
    }

    private static long chars(MessageFacts message) {
        long chars = 0;
        for (Field field : message.fields()) {
            chars += 80 + field.name().length() + field.value().length();
        }
        return chars;
    }
}
