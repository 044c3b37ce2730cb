package io.weir.replaytool;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads the flat JSON of a statement. One thread; the input is bounded by who reads it. */
final class StatementJson {
    private static final JsonFactory FACTORY = JsonFactory.builder().build();
    private static final int MAX_MEMBERS = 256;
    private static final char STRING = '"';
    private static final char NUMBER = '#';
    private static final char NULL = '-';

    private StatementJson() {}

    /** Under which key {@link #members} has the value of a field. */
    static String key(StatementField field) {
        return (field.kind() == StatementField.Kind.NUMBER ? NUMBER : STRING) + field.label();
    }

    static String stringKey(String label) {
        return STRING + label;
    }

    static String nullKey(String label) {
        return NULL + label;
    }

    /** The members of one object, by a letter for the type of the value and the name; nothing may be nested, repeated or follow. */
    static Map<String, String> members(String json) throws StatementException {
        Map<String, String> members = new LinkedHashMap<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            require(parser.nextToken() == JsonToken.START_OBJECT, "it is no JSON object");
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                char type = type(parser.nextToken());
                String value = String.valueOf(parser.getString());
                boolean isNew = members.keySet().stream()
                        .noneMatch(each -> each.substring(1).equals(name));
                require(members.size() < MAX_MEMBERS, "it has members that weir statement does not write");
                require(isNew, "it has a member twice");
                members.put(type + name, value);
            }
            require(parser.currentToken() == JsonToken.END_OBJECT, "its JSON does not end");
            require(parser.nextToken() == null, "something follows its JSON");
            return members;
        } catch (JacksonException e) {
            throw StatementException.changed("was changed: it is no JSON any more");
        }
    }

    private static char type(JsonToken token) throws StatementException {
        return switch (token) {
            case VALUE_STRING -> STRING;
            case VALUE_NUMBER_INT -> NUMBER;
            case VALUE_NULL -> NULL;
            default ->
                throw StatementException.changed("was changed: it has a value that weir statement does not write");
        };
    }

    private static void require(boolean isSo, String otherwise) throws StatementException {
        if (!isSo) {
            throw StatementException.changed("was changed: " + otherwise);
        }
    }

    /** What a JSON string says; empty if it is none. */
    static Optional<String> string(String json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                String text = parser.getString();
                return parser.nextToken() == null ? Optional.of(text) : Optional.empty();
            }
        } catch (JacksonException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
