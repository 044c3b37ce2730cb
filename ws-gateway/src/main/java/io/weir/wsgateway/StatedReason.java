package io.weir.wsgateway;

/** Makes what somebody gave as a reason fit for the ledger and for logs: one line of printable text, not too long. */
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
