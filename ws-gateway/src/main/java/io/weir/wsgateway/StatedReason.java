package io.weir.wsgateway;

/** Makes what somebody said with a command fit for the ledger and for logs: one line of printable text, not too long. */
final class StatedReason {
    private static final int MAX_CHARS = 200;

    private StatedReason() {}

    /** The text with a space for each run of spaces and of what prints nothing, cut to 200 characters. */
    static String clean(String text) {
        StringBuilder clean = new StringBuilder();
        boolean isSpaceDue = false;
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (!prints(point)) {
                isSpaceDue = !clean.isEmpty();
                continue;
            }
            int needed = Character.charCount(point) + (isSpaceDue ? 1 : 0);
            if (clean.length() + needed > MAX_CHARS) {
                break;
            }
            if (isSpaceDue) {
                clean.append(' ');
                isSpaceDue = false;
            }
            clean.appendCodePoint(point);
        }
        return clean.toString();
    }

    /** The text in quotation marks, exactly, with escapes for what prints nothing; what is longer than 200 characters ends in {@code …}. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); ) {
            if (i >= MAX_CHARS) {
                quoted.append('…');
                break;
            }
            int point = text.codePointAt(i);
            i += Character.charCount(point);
            if (point == '"' || point == '\\') {
                quoted.append('\\').appendCodePoint(point);
            } else if (point == ' ' || prints(point)) {
                quoted.appendCodePoint(point);
            } else {
                quoted.append("\\u{").append(Integer.toHexString(point)).append('}');
            }
        }
        return quoted.append('"').toString();
    }

    /** Not so: spaces, controls, marks that turn the direction of a text, halves of a pair. */
    private static boolean prints(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.SPACE_SEPARATOR,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
