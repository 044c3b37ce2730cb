package io.weir.proxyengine;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Recognises the head of a CONNECT as clients usually write it: whole, in HTTP/1.1, with one Host field that names the target, and nothing in it
 * that needs judging. What it recognises {@link RequestDecoder} and {@link MessageRules} would accept too; whatever else there is,
 * is for them. Stateless.
 */
final class ConnectHead {
    private static final byte[] METHOD = ascii("CONNECT ");
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] HOST = ascii("host");
    private static final byte[] CONTENT_LENGTH = ascii("content-length");
    private static final byte[] TRANSFER_ENCODING = ascii("transfer-encoding");
    private static final byte[] PROXY_AUTHORIZATION = ascii("proxy-authorization");
    private static final int FIELDS_MAX = 32;
    private static final int TARGET_MAX = 300;

    private ConnectHead() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * The target of the CONNECT that the bytes are, neither more nor less.
     *
     * @return the target, of visible characters and not yet parsed; null if this is not for us
     */
    static @Nullable String target(byte[] bytes, int length) {
        if (!isAt(bytes, length, 0, METHOD)) {
            return null;
        }
        int from = METHOD.length;
        int to = from;
        while (to < length && isVisible(bytes[to]) && to - from < TARGET_MAX) {
            to++;
        }
        if (to == from || !isAt(bytes, length, to, VERSION)) {
            return null;
        }
        return areFieldsPlain(bytes, length, to + VERSION.length, from, to)
                ? new String(bytes, from, to - from, StandardCharsets.US_ASCII)
                : null;
    }

    /**
     * What the only Proxy-Authorization field says in a head that {@link #target} has recognised; empty if there is none, null if there are several.
     */
    static @Nullable String proxyAuthorization(byte[] bytes, int length) {
        String found = "";
        boolean isSeen = false;
        int at = lineEnd(bytes, length, 0) + 2;
        while (!isLineEnd(bytes, length, at)) {
            int end = lineEnd(bytes, length, at);
            int colon = at + PROXY_AUTHORIZATION.length;
            if (colon < end && bytes[colon] == ':' && isName(bytes, at, colon, PROXY_AUTHORIZATION)) {
                if (isSeen) {
                    return null;
                }
                isSeen = true;
                found = new String(bytes, colon + 1, end - colon - 1, StandardCharsets.US_ASCII).strip();
            }
            at = end + 2;
        }
        return found;
    }

    private static int lineEnd(byte[] bytes, int length, int from) {
        int at = from;
        while (!isLineEnd(bytes, length, at)) {
            at++;
        }
        return at;
    }

    private static boolean areFieldsPlain(byte[] bytes, int length, int start, int targetFrom, int targetTo) {
        boolean hostSeen = false;
        int at = start;
        for (int fields = 0; fields <= FIELDS_MAX; fields++) {
            if (isLineEnd(bytes, length, at)) {
                return hostSeen && at + 2 == length;
            }
            int colon = at;
            while (colon < length && isNameCharacter(bytes[colon])) {
                colon++;
            }
            if (colon == at || colon == length || bytes[colon] != ':') {
                return false;
            }
            int end = colon + 1;
            while (end < length && isValueCharacter(bytes[end])) {
                end++;
            }
            if (!isLineEnd(bytes, length, end)) {
                return false;
            }
            if (isName(bytes, at, colon, HOST)) {
                if (hostSeen || !isTarget(bytes, colon + 1, end, targetFrom, targetTo)) {
                    return false;
                }
                hostSeen = true;
            } else if (isName(bytes, at, colon, CONTENT_LENGTH) || isName(bytes, at, colon, TRANSFER_ENCODING)) {
                return false;
            }
            at = end + 2;
        }
        return false;
    }

    /** Whether a Host field's value is the target, behind spaces. */
    private static boolean isTarget(byte[] bytes, int from, int to, int targetFrom, int targetTo) {
        int start = from;
        while (start < to && bytes[start] == ' ') {
            start++;
        }
        if (to - start != targetTo - targetFrom) {
            return false;
        }
        for (int i = start; i < to; i++) {
            if (bytes[i] != bytes[targetFrom + i - start]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAt(byte[] bytes, int length, int at, byte[] expected) {
        if (length - at < expected.length) {
            return false;
        }
        for (int i = 0; i < expected.length; i++) {
            if (bytes[at + i] != expected[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLineEnd(byte[] bytes, int length, int at) {
        return at + 1 < length && bytes[at] == '\r' && bytes[at + 1] == '\n';
    }

    private static boolean isName(byte[] bytes, int from, int to, byte[] lowerCase) {
        if (to - from != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < lowerCase.length; i++) {
            if ((bytes[from + i] | 0x20) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(byte b) {
        return b > ' ' && b < 0x7f;
    }

    private static boolean isValueCharacter(byte b) {
        return b >= ' ' && b < 0x7f;
    }

    private static boolean isNameCharacter(byte b) {
        return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '-';
    }
}
