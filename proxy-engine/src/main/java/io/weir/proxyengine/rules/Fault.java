package io.weir.proxyengine.rules;

/**
 * What is wrong with rules. Immutable.
 *
 * @param line of the rules file; 0 if it is not about one
 * @param message what stands there and what would do
 */
public record Fault(int line, String message) {
    private static final int SHOWN_CHARS = 80;

    @Override
    public String toString() {
        return line == 0 ? message : "line " + line + ": " + message;
    }

    /** Something from a file, in quotation marks, such that it harms no terminal. */
    static String shown(String text) {
        var shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(text.length(), SHOWN_CHARS); i++) {
            char c = text.charAt(i);
            shown.append(Character.isISOControl(c) ? '?' : c);
        }
        return shown.append(text.length() > SHOWN_CHARS ? "\u2026\"" : "\"").toString();
    }
}
