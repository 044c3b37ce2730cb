package io.weir.replaytool;

import java.util.Locale;

/**
 * Makes text from the wire harmless for a terminal. Control characters (ESC among them), what reorders or hides text
 * (bidirectional overrides, zero-width characters), halves of surrogate pairs and whatever Unicode does not assign
 * become {@code \\u{202E}}; a backslash becomes two, so that nobody can write such an escape himself.
 */
final class TerminalText {
    private TerminalText() {}

    static String escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '\\') {
                return escapeFrom(text, i);
            }
        }
        return text;
    }

    private static String escapeFrom(String text, int first) {
        StringBuilder escaped = new StringBuilder(text.length() + 16).append(text, 0, first);
        int i = first;
        while (i < text.length()) {
            int c = text.codePointAt(i);
            if (c == '\\') {
                escaped.append("\\\\");
            } else if (isHarmless(c)) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append("\\u{")
                        .append(Integer.toHexString(c).toUpperCase(Locale.ROOT))
                        .append('}');
            }
            i += Character.charCount(c);
        }
        return escaped.toString();
    }

    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
