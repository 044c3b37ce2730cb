package io.weir.wsgateway.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * The series that there are, and where each is read from a {@link Reading}. Owned by {@link Meters}, under its lock.
 *
 * <p>The registry holds this table weakly and asks it for each value, so all values of a text are of one reading. Names have
 * their unit at the end; a counter's {@code _total} is the registry's.
 */
final class MeterTable implements AutoCloseable {
    private static final int EXPECTED_BYTES = 16 << 10;

    private record Series(String name, Tags tags) {}

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Set<Series> added = new HashSet<>();
    private Reading now;

    MeterTable(Reading first) {
        now = first;
    }

    /** From now on values are those of this reading. */
    void show(Reading reading) {
        now = reading;
    }

    void gauge(String name, String help, ToDoubleFunction<Reading> value) {
        gauge(name, Tags.empty(), help, value);
    }

    /** A value that goes up and down; void if there is that series. */
    void gauge(String name, Tags tags, String help, ToDoubleFunction<Reading> value) {
        if (added.add(new Series(name, tags))) {
            Gauge.builder(name, this, table -> value.applyAsDouble(table.now))
                    .tags(tags)
                    .description(help)
                    .register(registry);
        }
    }

    void counter(String name, String help, ToDoubleFunction<Reading> value) {
        counter(name, Tags.empty(), help, value);
    }

    /** A value that only grows; void if there is that series. */
    void counter(String name, Tags tags, String help, ToDoubleFunction<Reading> value) {
        if (added.add(new Series(name, tags))) {
            FunctionCounter.builder(name, this, table -> value.applyAsDouble(table.now))
                    .tags(tags)
                    .description(help)
                    .register(registry);
        }
    }

    /** For meters that are not ours. */
    MeterRegistry registry() {
        return registry;
    }

    /** Every series, as UTF-8. */
    byte[] text() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(EXPECTED_BYTES);
        registry.scrape(out, Meters.CONTENT_TYPE);
        return out.toByteArray();
    }

    @Override
    public void close() {
        registry.close();
    }
}
