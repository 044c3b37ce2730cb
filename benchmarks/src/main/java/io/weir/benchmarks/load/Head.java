package io.weir.benchmarks.load;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1 message. Immutable.
 *
 * @param text all of it, the empty line included; a character is a byte
 */
record Head(String text) {
    int bytes() {
        return text.length();
    }

    /** The status, if this is a response. */
    int status() throws IOException {
        if (!text.startsWith("HTTP/1.") || text.length() < 12) {
            throw new IOException("not a response: " + firstLine());
        }
        return Integer.parseInt(text, 9, 12, 10);
    }

    /** The length of the body; -1 if the head does not state it. */
    long contentLength() throws IOException {
        String value = field("content-length");
        try {
            return value == null ? -1 : Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IOException("no content-length: " + value, e);
        }
    }

    /** Whether the connection ends after this message. */
    boolean isLast() {
        String connection = field("connection");
        return connection == null ? firstLine().contains("HTTP/1.0") : connection.equalsIgnoreCase("close");
    }

    String firstLine() {
        return text.substring(0, text.indexOf('\r'));
    }

    private @Nullable String field(String name) {
        int line = text.indexOf('\n') + 1;
        while (line > 0 && line < text.length() - 2) {
            int end = text.indexOf('\r', line);
            if (text.regionMatches(true, line, name, 0, name.length()) && text.charAt(line + name.length()) == ':') {
                return text.substring(line + name.length() + 1, end).strip();
            }
            line = text.indexOf('\n', line) + 1;
        }
        return null;
    }
}
