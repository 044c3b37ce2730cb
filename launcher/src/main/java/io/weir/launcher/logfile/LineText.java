package io.weir.launcher.logfile;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Text from anywhere as a part of a line: whatever it holds, it can neither end the line, nor end its field, nor speak to a terminal.
 * Any thread.
 */
public final class LineText {
    private static final HexFormat HEX = HexFormat.of();
    private static final int DELETE = 0x7f;

    private LineText() {}

    /** Appends a JSON string with its quotes. What is not a letter, digit or sign that can be seen becomes <code>&#92;uXXXX</code>. */
    public static void json(CharSequence text, StringBuilder line) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))
                    && isHarmless(Character.toCodePoint(c, text.charAt(i + 1)))) {
                line.append(c).append(text.charAt(++i));
            } else if (isHarmless(c)) {
                line.append(c);
            } else {
                line.append("\\u").append(HEX.toHexDigits(c));
            }
        }
        line.append('"');
    }

    private static boolean isHarmless(int c) {
        if (c >= ' ' && c < DELETE) {
            return true;
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }

    /**
     * Appends text as web servers do it inside quotes: a quote and a backslash behind a backslash, and each byte of UTF-8 that is no visible
     * ASCII character as <code>&#92;xHH</code>.
     *
     * @param blanks whether a blank may stand as it is
     */
    public static void common(String text, boolean blanks, StringBuilder line) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b == '"' || b == '\\') {
                line.append('\\').append((char) b);
            } else if ((b > ' ' && b < DELETE) || (b == ' ' && blanks)) {
                line.append((char) b);
            } else {
                line.append("\\x").append(HEX.toHexDigits(b));
            }
        }
    }
}
