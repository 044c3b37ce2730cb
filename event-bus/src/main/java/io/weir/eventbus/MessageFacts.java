package io.weir.eventbus;

import java.util.List;

/**
 * What is kept of one message: its fields, without secrets, and what became of its body. Immutable.
 *
 * @param fields in the order in which they came
 * @param fieldsLeftOut how many more there were than are kept
 * @param bodyBytes length of the body, without its framing
 * @param bodySha256 SHA-256 of the stored body in lower-case hex, which is its name in the store; empty if none is stored
 * @param bodyNote why the body is not stored although that was asked for; empty if it is, or was not asked for
 */
public record MessageFacts(List<Field> fields, int fieldsLeftOut, long bodyBytes, String bodySha256, String bodyNote) {
    /** Names and values of the kept fields have no more characters than this, together. */
    public static final int FIELDS_CHARS = 8 * 1024;

    /** Nothing is known of the message. */
    public static final MessageFacts NONE = new MessageFacts(List.of(), 0, 0, "", "");

    /**
     * A header field.
     *
     * @param name as it came
     * @param value as it came, or what stands for it if it is secret
     */
    public record Field(String name, String value) {}

    /** Copies the list. */
    public MessageFacts {
        fields = List.copyOf(fields);
    }

    /** The first value of the field of that name, in any case; empty if there is none. */
    public String value(String name) {
        for (Field field : fields) {
            if (field.name().equalsIgnoreCase(name)) {
                return field.value();
            }
        }
        return "";
    }
}
