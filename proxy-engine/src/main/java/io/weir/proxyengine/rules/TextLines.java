package io.weir.proxyengine.rules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a list, in UTF-8; a line's end is LF or CRLF. What is longer than {@value #LINE_MAX} bytes comes as nothing but a
 * replacement character, so no line takes memory. One thread.
 */
final class TextLines {
    static final int LINE_MAX = 4096;
    private static final String TOO_LONG = "\ufffd";

    private final InputStream in;
    private final byte[] buffer = new byte[64 * 1024];
    private final byte[] line = new byte[LINE_MAX];
    private int at;
    private int filled;
    private boolean isFirst = true;
    private long bytes;

    TextLines(InputStream in) {
        this.in = in;
    }

    /** Read so far. */
    long bytes() {
        return bytes;
    }

    /** The next line without its end; null if there is none. */
    @Nullable String next() throws IOException {
        int length = 0;
        boolean tooLong = false;
        boolean any = false;
        while (fill()) {
            any = true;
            byte b = buffer[at++];
            if (b == '\n') {
                break;
            }
            if (length == LINE_MAX) {
                tooLong = true;
            } else {
                line[length++] = b;
            }
        }
        if (!any) {
            return null;
        }
        if (length > 0 && line[length - 1] == '\r') {
            length--;
        }
        String text = tooLong ? TOO_LONG : new String(line, 0, length, StandardCharsets.UTF_8);
        boolean hasMark = isFirst && text.startsWith("\ufeff");
        isFirst = false;
        return hasMark ? text.substring(1) : text;
    }

    private boolean fill() throws IOException {
        if (at == filled) {
            at = 0;
            filled = Math.max(0, in.read(buffer));
            bytes += filled;
        }
        return filled > 0;
    }
}
