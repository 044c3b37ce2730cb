package io.weir.replaytool;

import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A statement about a journal, as it is signed. Immutable. It has two forms, which say the same:
 *
 * <pre>
 *   text       for each field: label, blanks through column 17, value, LF; then likewise the signature
 *   value      a text in quotes, as JSON has it, in ASCII; other values as they are; "-" if there is none
 *   signature  128 hex digits, over the text before its line; "-" if it is unsigned
 *
 *   JSON       one object with the same labels and the label "signature"; numbers are numbers, "-" is null
 * </pre>
 */
final class SignedStatement {
    static final String VERSION = "1";
    static final String SIGNED = "signed";
    static final String UNSIGNED = "UNSIGNED";
    static final String SIGNATURE = "signature";

    private static final String NONE = "-";

    private final Map<StatementField, String> values;
    private final String signature;

    /**
     * Takes what was read or made.
     *
     * @param values of fields; none of an optional one may be missing
     * @param signature in hex; empty if there is none
     */
    SignedStatement(Map<StatementField, String> values, String signature) {
        this.values = new EnumMap<>(StatementField.class);
        this.values.putAll(values);
        this.signature = signature;
    }

    SignedStatement with(String newSignature) {
        return new SignedStatement(values, newSignature);
    }

    /** The value of a field; null if it has none. */
    @Nullable String find(StatementField field) {
        return values.get(field);
    }

    /** The value of a field that has one. */
    String value(StatementField field) {
        return Objects.requireNonNull(values.get(field), field.label());
    }

    long number(StatementField field) {
        return Long.parseLong(value(field));
    }

    /** In hex; empty if there is none. */
    String signature() {
        return signature;
    }

    boolean isSigned() {
        return value(StatementField.STATUS).equals(SIGNED) && !signature.isEmpty();
    }

    /** What the signature is of. */
    byte[] signedBytes() {
        return signedText().getBytes(StandardCharsets.US_ASCII);
    }

    /** The whole statement for people. */
    String text() {
        return signedText() + line(SIGNATURE, signature.isEmpty() ? NONE : signature);
    }

    private String signedText() {
        StringBuilder text = new StringBuilder();
        for (StatementField field : StatementField.values()) {
            text.append(line(field.label(), written(field)));
        }
        return text.toString();
    }

    /** How a line begins. */
    static String begin(String label) {
        return String.format(Locale.ROOT, "%-16s ", label);
    }

    private static String line(String label, String value) {
        return begin(label) + value + "\n";
    }

    private String written(StatementField field) {
        String value = values.get(field);
        if (value == null) {
            return NONE;
        }
        return field.kind() == StatementField.Kind.TEXT ? quoted(value) : value;
    }

    /** The whole statement as one JSON object on a line. */
    String json() {
        StringBuilder json = new StringBuilder("{");
        for (StatementField field : StatementField.values()) {
            String value = values.get(field);
            json.append('"').append(field.label()).append("\":");
            json.append(value == null ? "null" : field.kind() == StatementField.Kind.NUMBER ? value : quoted(value));
            json.append(',');
        }
        json.append('"').append(SIGNATURE).append("\":");
        return json.append(signature.isEmpty() ? "null" : quoted(signature))
                .append("}\n")
                .toString();
    }

    /** A JSON string of which nothing but printable ASCII is left as it is. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c >= ' ' && c <= '~') {
                quoted.append(c);
            } else {
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }
}
