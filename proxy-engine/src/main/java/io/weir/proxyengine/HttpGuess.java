package io.weir.proxyengine;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * Guesses from the first bytes of a stream whether it is HTTP: a method in capitals, a target as a client sends one to an origin, and, where it has come so
 * far, the version (RFC 9112 §3, RFC 9113 §3.4). What merely looks like it is no harm: a request that is malformed is told so.
 */
enum HttpGuess {
    HTTP_1,
    HTTP_2,
    OTHER,
    /** More is needed. */
    UNKNOWN;

    private static final int METHOD_MAX = 20;
    private static final int METHOD_MIN = 3;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VERSION = " HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    static HttpGuess of(ByteBuf bytes) {
        int start = bytes.readerIndex();
        int length = bytes.readableBytes();
        if (isBegun(bytes, start, length, PREFACE)) {
            return length >= PREFACE.length ? HTTP_2 : UNKNOWN;
        }
        int at = 0;
        while (at < length && at <= METHOD_MAX && isCapital(bytes.getByte(start + at))) {
            at++;
        }
        if (at == length) {
            return at > METHOD_MAX ? OTHER : UNKNOWN;
        }
        if (at < METHOD_MIN || at > METHOD_MAX || bytes.getByte(start + at) != ' ') {
            return OTHER;
        }
        return ofTarget(bytes, start + at + 1, start + length);
    }

    private static HttpGuess ofTarget(ByteBuf bytes, int from, int end) {
        if (from == end) {
            return UNKNOWN;
        }
        byte first = bytes.getByte(from);
        if (first != '/' && first != '*' && first != 'h') {
            return OTHER;
        }
        int lineEnd = bytes.indexOf(from, end, (byte) '\n');
        if (lineEnd < 0) {
            return end - from > HttpLimits.START_LINE_BYTES ? OTHER : UNKNOWN;
        }
        int version = lineEnd - VERSION.length - 2; // the digit and CR follow it
        return version > from && isBegun(bytes, version, VERSION.length, VERSION) ? HTTP_1 : OTHER;
    }

    private static boolean isBegun(ByteBuf bytes, int start, int length, byte[] text) {
        for (int i = 0; i < Math.min(length, text.length); i++) {
            if (bytes.getByte(start + i) != text[i]) {
                return false;
            }
        }
        return length > 0;
    }

    private static boolean isCapital(byte b) {
        return b >= 'A' && b <= 'Z';
    }
}
