package io.weir.wsgateway;

import io.weir.aggregator.replay.ReplaySpeed;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the body of {@code POST /api/replay} asks for. Immutable. */
sealed interface ReplayOrder {
    /** Go on. */
    record Play() implements ReplayOrder {}

    /** Halt. */
    record Pause() implements ReplayOrder {}

    /** Halt, and show one more event. */
    record Step() implements ReplayOrder {}

    /** Go to a time. */
    record SeekTime(long atMillis) implements ReplayOrder {}

    /** Go to after an event. */
    record SeekSequence(long sequence) implements ReplayOrder {}

    /** Play at another speed. */
    record Speed(ReplaySpeed speed) implements ReplayOrder {}

    /** Reads orders. One thread. */
    final class Reader {
        private static final Set<String> KEYS = Set.of("action", "at", "sequence", "speed");

        private final JsonMapper mapper;

        Reader(int maxBytes) {
            this.mapper = StrictJson.reader(maxBytes);
        }

        /** Refuses what is malformed, or has a key that the action does not. */
        ReplayOrder read(byte[] body) throws BadQuestionException {
            JsonNode order = StrictJson.object(mapper, body);
            for (Map.Entry<String, JsonNode> property : order.properties()) {
                if (!KEYS.contains(property.getKey())) {
                    throw new BadQuestionException("a key is none of action, at, sequence and speed");
                }
            }
            return switch (order.path("action").asString("")) {
                case "play" -> alone(order, new Play());
                case "pause" -> alone(order, new Pause());
                case "step" -> alone(order, new Step());
                case "seek" -> seek(order);
                case "speed" -> new Speed(speed(order.path("speed")));
                default -> throw new BadQuestionException("'action' is none of play, pause, step, seek and speed");
            };
        }

        private static ReplayOrder alone(JsonNode order, ReplayOrder read) throws BadQuestionException {
            if (order.size() > 1) {
                throw new BadQuestionException("that action has no parameters");
            }
            return read;
        }

        private static ReplayOrder seek(JsonNode order) throws BadQuestionException {
            if (order.size() != 2 || order.has("at") == order.has("sequence")) {
                throw new BadQuestionException("a seek has either 'at' or 'sequence'");
            }
            return order.has("at") ? new SeekTime(number(order, "at")) : new SeekSequence(number(order, "sequence"));
        }

        private static long number(JsonNode order, String name) throws BadQuestionException {
            JsonNode number = order.path(name);
            if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
                throw new BadQuestionException("'" + name + "' is not a whole number of 0 or more");
            }
            return number.longValue();
        }

        private static ReplaySpeed speed(JsonNode speed) throws BadQuestionException {
            try {
                if (speed.isNumber()) {
                    return new ReplaySpeed(speed.doubleValue());
                }
                return ReplaySpeed.parse(speed.asString(""));
            } catch (IllegalArgumentException e) {
                throw new BadQuestionException("'speed': " + e.getMessage());
            }
        }
    }
}
