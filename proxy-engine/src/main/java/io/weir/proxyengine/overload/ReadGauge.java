package io.weir.proxyengine.overload;

import java.util.function.DoubleFunction;
import java.util.function.DoubleSupplier;

/**
 * A gauge of somebody else's figure, which is read without waiting. Immutable.
 *
 * @param watched what it reads
 * @param figure what it reads it from; the monitor's thread
 * @param words such a figure for people
 */
public record ReadGauge(Watched watched, DoubleSupplier figure, DoubleFunction<String> words) implements Gauge {
    @Override
    public double read(double limit) {
        return figure.getAsDouble();
    }

    @Override
    public String text(double reading) {
        return words.apply(reading);
    }
}
