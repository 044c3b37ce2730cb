package io.weir.wsgateway;

import io.weir.aggregator.SessionFilter;
import io.weir.eventbus.SessionProtocol;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads the body of {@code POST /api/sessions/close}. It ends what people do, so nothing in it is guessed: a key that is not known, a
 * value of another kind or a filter that asks for nothing is refused. Immutable.
 */
final class CloseOrderReader {
    private static final Set<String> SELECTORS = Set.of("id", "ids", "filter", "all");
    private static final List<String> CRITERIA = List.of("q", "host", "client", "user", "protocol");

    private final JsonMapper mapper;

    CloseOrderReader(int maxBytes) {
        this.mapper = StrictJson.reader(maxBytes);
    }

    CloseOrder read(byte[] body) throws BadQuestionException {
        JsonNode order = StrictJson.object(mapper, body);
        String selector = "";
        for (Map.Entry<String, JsonNode> property : order.properties()) {
            String name = property.getKey();
            if (SELECTORS.contains(name) && selector.isEmpty()) {
                selector = name;
            } else if (SELECTORS.contains(name)) {
                throw new BadQuestionException("there is both '" + selector + "' and '" + name + "'");
            } else if (!name.equals("why")) {
                throw new BadQuestionException("a key is none of id, ids, filter, all and why");
            }
        }
        String why = StatedReason.clean(text(order, "why"));
        JsonNode selected = order.path(selector);
        return switch (selector) {
            case "id" -> new CloseOrder.Named(Set.of(id(selected)), why);
            case "ids" -> new CloseOrder.Named(ids(selected), why);
            case "filter" -> matching(selected, why);
            case "all" -> all(selected, why);
            default -> throw new BadQuestionException("there is none of id, ids, filter and all");
        };
    }

    private static long id(JsonNode id) throws BadQuestionException {
        if (!id.isIntegralNumber() || !id.canConvertToLong() || id.longValue() <= 0) {
            throw new BadQuestionException("an id is not a whole number above 0");
        }
        return id.longValue();
    }

    private static Set<Long> ids(JsonNode array) throws BadQuestionException {
        if (!array.isArray() || array.isEmpty()) {
            throw new BadQuestionException("'ids' is not an array with an id in it");
        }
        Set<Long> ids = new LinkedHashSet<>();
        for (JsonNode each : array) {
            ids.add(id(each));
        }
        return ids;
    }

    private static CloseOrder matching(JsonNode filter, String why) throws BadQuestionException {
        if (!filter.isObject()) {
            throw new BadQuestionException("'filter' is not an object");
        }
        StringBuilder recorded = new StringBuilder();
        for (Map.Entry<String, JsonNode> property : filter.properties()) {
            if (!CRITERIA.contains(property.getKey())) {
                throw new BadQuestionException("a key of 'filter' is none of " + String.join(", ", CRITERIA));
            }
        }
        for (String name : CRITERIA) {
            String value = text(filter, name);
            if (!value.isEmpty()) {
                recorded.append(recorded.isEmpty() ? "" : " ").append(name).append('=');
                recorded.append(StatedReason.quoted(value));
            }
        }
        if (recorded.isEmpty()) {
            throw new BadQuestionException("'filter' asks for nothing; \"all\":true closes every session");
        }
        SessionProtocol protocol = Parameters.protocol("protocol", text(filter, "protocol"));
        return new CloseOrder.Matching(
                new SessionFilter(
                        text(filter, "q"),
                        text(filter, "host"),
                        text(filter, "client"),
                        text(filter, "user"),
                        protocol,
                        0,
                        0),
                recorded.toString(),
                why);
    }

    private static CloseOrder all(JsonNode all, String why) throws BadQuestionException {
        if (!all.isBoolean() || !all.booleanValue()) {
            throw new BadQuestionException("'all' is not true");
        }
        return new CloseOrder.All(why);
    }

    private static String text(JsonNode object, String name) throws BadQuestionException {
        JsonNode value = object.path(name);
        if (value.isMissingNode()) {
            return "";
        }
        if (!value.isString()) {
            throw new BadQuestionException("'" + name + "' is not a text");
        }
        return value.stringValue();
    }
}
