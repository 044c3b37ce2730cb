package io.weir.wsgateway;

import java.util.EnumSet;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what a dashboard sent. Whatever that is, the answer is a command: depth, length and numbers are limited, so that
 * no text exhausts the stack or the heap.
 */
final class CommandReader {
    private static final long MAX_SEQUENCE = 1L << 53; // what a number in JavaScript holds exactly

    private final JsonMapper mapper;

    CommandReader(int maxChars) {
        this.mapper = StrictJson.reader(maxChars);
    }

    ClientCommand read(String text) {
        JsonNode message;
        try {
            message = mapper.readTree(text);
        } catch (JacksonException e) {
            return new ClientCommand.Malformed("not JSON that is read here: " + e.getOriginalMessage());
        }
        if (!message.isObject()) {
            return new ClientCommand.Malformed("expected an object");
        }
        return switch (message.path("action").stringValue("")) {
            case "subscribe" -> subscribe(message);
            case "closeConnection" -> closeConnection(message.path("id"), why(message));
            case "closeAllConnections" -> new ClientCommand.CloseAllConnections(why(message));
            default -> new ClientCommand.Unknown();
        };
    }

    private static ClientCommand subscribe(JsonNode message) {
        Set<Topic> topics = EnumSet.noneOf(Topic.class);
        for (JsonNode name : message.path("topics")) {
            Topic.named(name.stringValue("")).ifPresent(topics::add);
        }
        LogLevel level =
                LogLevel.named(message.path("logLevel").stringValue("")).orElse(LogLevel.INFO);
        JsonNode from = message.path("from");
        JsonNode node = message.path("node");
        if (!from.isMissingNode() && !isSequence(from)) {
            return new ClientCommand.Malformed("subscribe: expected from to be a sequence");
        }
        if (!node.isMissingNode() && !node.isString()) {
            return new ClientCommand.Malformed("subscribe: expected node to be the id of a node");
        }
        return new ClientCommand.Subscribe(topics, level, from.longValue(0), node.stringValue(""));
    }

    private static boolean isSequence(JsonNode number) {
        return number.isIntegralNumber()
                && number.canConvertToLong()
                && number.longValue() >= 0
                && number.longValue() < MAX_SEQUENCE;
    }

    private static String why(JsonNode message) {
        return StatedReason.clean(message.path("why").stringValue(""));
    }

    private static ClientCommand closeConnection(JsonNode id, String why) {
        if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() <= 0) {
            return new ClientCommand.Malformed("closeConnection: expected the id of a session");
        }
        return new ClientCommand.CloseConnection(id.longValue(), why);
    }
}
