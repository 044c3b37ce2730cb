package io.weir.proxyengine;

/** Makes text from the wire fit to be shown: no control characters, and not too long. Stateless. */
final class Printable {
    private Printable() {}

    /** With control characters escaped by their four hexadecimal digits, as JSON does, and cut if it is longer than {@code max}. */
    static String of(String text, int max) {
        int plain = 0;
        while (plain < text.length() && !Character.isISOControl(text.charAt(plain))) {
            plain++;
        }
        if (plain == text.length()) {
            return cut(text, max);
        }
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length() && escaped.length() <= max; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)) {
                escaped.append("\\u00").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 15, 16));
            } else {
                escaped.append(c);
            }
        }
        return cut(escaped.toString(), max);
    }

    /** What is left of a longer text ends in an ellipsis, with which it has {@code max} characters or one less. */
    static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(max - 2)) ? max - 2 : max - 1;
        return text.substring(0, end) + '…';
    }
}
