package io.weir.wsgateway;

import io.weir.wsgateway.RulesControl.Question;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the body of {@code POST /api/rules/test}; a key that is not known, or a value of another kind, is refused. Immutable. */
final class RuleQuestionReader {
    private static final Set<String> KEYS =
            Set.of("url", "method", "user", "client", "listener", "address", "intercepted");

    private final JsonMapper mapper;

    RuleQuestionReader(int maxBytes) {
        this.mapper = StrictJson.reader(maxBytes);
    }

    Question read(byte[] body) throws BadQuestionException {
        JsonNode asked = StrictJson.object(mapper, body);
        for (Map.Entry<String, JsonNode> property : asked.properties()) {
            if (!KEYS.contains(property.getKey())) {
                throw new BadQuestionException(
                        "a key is none of url, method, user, client, listener, address and intercepted");
            }
        }
        if (text(asked, "url").isEmpty()) {
            throw new BadQuestionException(
                    "'url' is missing: http://host/, https://host/, socks5://host:port or host:port");
        }
        JsonNode intercepted = asked.path("intercepted");
        if (!intercepted.isMissingNode() && !intercepted.isBoolean()) {
            throw new BadQuestionException("'intercepted' is neither true nor false");
        }
        return new Question(
                text(asked, "url"),
                text(asked, "method"),
                text(asked, "user"),
                text(asked, "client"),
                text(asked, "listener"),
                text(asked, "address"),
                intercepted.asBoolean(false));
    }

    private static String text(JsonNode object, String name) throws BadQuestionException {
        JsonNode value = object.path(name);
        if (!value.isMissingNode() && !value.isString()) {
            throw new BadQuestionException("'" + name + "' is not a text");
        }
        return value.asString("");
    }
}
