package io.weir.wsgateway;

import io.weir.wsgateway.SnapshotReader.Reading;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The rates of the last {@value #STEPS} seconds, whether anybody looked or not. Event loop of the gateway.
 *
 * <p>A step is as long as the timer's period, and each has a value: what moved between two readings that are further apart is
 * spread evenly over the steps between them.
 */
final class TrafficHistory {
    /** So many steps are kept. */
    static final int STEPS = 900;

    private final Duration step;
    private final Deque<TrafficRates> steps = new ArrayDeque<>(STEPS);
    private @Nullable Reading last;

    TrafficHistory(Duration step) {
        this.step = step;
    }

    /**
     * Adds what happened since the reading before. One that is stale, or comes too early for a step, adds nothing; what it
     * would have shown, the next one shows.
     */
    void add(Reading reading) {
        Reading before = last;
        if (before == null) {
            last = reading;
            return;
        }
        long passed = Math.round((double) (reading.atNanos() - before.atNanos()) / step.toNanos());
        if (reading.stale() || passed < 1) {
            return;
        }
        TrafficRates rates = TrafficRates.between(before, reading);
        for (long i = 0; i < Math.min(passed, STEPS); i++) {
            if (steps.size() == STEPS) {
                steps.removeFirst();
            }
            steps.addLast(rates);
        }
        last = reading;
    }

    /** Forgets all. */
    void clear() {
        steps.clear();
        last = null;
    }

    /** Adds the property {@code history}: one array for each figure, the oldest first. */
    void write(JsonGenerator json) {
        Reading end = last;
        if (end == null) {
            return;
        }
        json.writeObjectPropertyStart("history");
        json.writeNumberProperty("stepMillis", step.toMillis());
        json.writeStringProperty("endTime", Json.time(end.snapshot().atMillis()));
        write(json, "up", TrafficRates::up);
        write(json, "down", TrafficRates::down);
        write(json, "open", TrafficRates::open);
        write(json, "opened", TrafficRates::opened);
        write(json, "closed", TrafficRates::closed);
        json.writeEndObject();
    }

    private void write(JsonGenerator json, String name, ToLongFunction<TrafficRates> figure) {
        json.writeArrayPropertyStart(name);
        for (TrafficRates rates : steps) {
            json.writeNumber(figure.applyAsLong(rates));
        }
        json.writeEndArray();
    }
}
