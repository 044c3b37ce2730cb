package io.weir.proxyengine;

import static io.weir.proxyengine.Redaction.REDACTED;

import java.util.Set;

/**
 * Keeps the names of cookies, and what a response says of how to keep them; their values go (RFC 6265 §4). Stateless.
 *
 * <p>What is not understood goes too: a cookie without a name, an attribute that nobody knows, a value with a cookie folded into it.
 */
final class CookieRedaction {
    private static final Set<String> ATTRIBUTES =
            Set.of("path", "domain", "expires", "max-age", "secure", "httponly", "samesite", "partitioned", "priority");

    private CookieRedaction() {}

    static String cookie(String value) {
        return redact(value, false);
    }

    static String setCookie(String value) {
        return redact(value, true);
    }

    private static String redact(String value, boolean attributesFollow) {
        var result = new StringBuilder();
        int at = 0;
        while (at <= value.length()) {
            int end = end(value, at);
            String part = value.substring(at, end).strip();
            if (!part.isEmpty()) {
                boolean first = result.length() == 0;
                result.append(first ? "" : "; ");
                result.append(attributesFollow && !first ? attribute(part) : pair(part));
            }
            at = end + 1;
        }
        return result.toString();
    }

    /** Where the part ends: at the next semicolon that is not in quotes. Quotes that are not closed reach to the end. */
    private static int end(String value, int from) {
        boolean quoted = false;
        for (int i = from; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                return i;
            }
        }
        return value.length();
    }

    private static String pair(String part) {
        int equals = part.indexOf('=');
        return equals <= 0 ? REDACTED : part.substring(0, equals + 1) + REDACTED;
    }

    private static String attribute(String part) {
        int equals = part.indexOf('=');
        String name = SecretNames.lower((equals < 0 ? part : part.substring(0, equals)).strip());
        if (!ATTRIBUTES.contains(name)) {
            return equals < 0 ? REDACTED : pair(part);
        }
        return part.indexOf('=', equals + 1) > equals && equals > 0 ? pair(part) : part;
    }
}
