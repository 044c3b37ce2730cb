package io.weir.proxyengine.overload;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Open files of the soft limit. One that was wanted and not to be had counts as all of them. */
final class FilesGauge implements Gauge {
    private final LongSupplier open;
    private final LongSupplier limit;
    private final BooleanSupplier isShort;

    FilesGauge(LongSupplier open, LongSupplier limit, BooleanSupplier isShort) {
        this.open = open;
        this.limit = limit;
        this.isShort = isShort;
    }

    @Override
    public Watched watched() {
        return Watched.FILES;
    }

    @Override
    public double read(double ignored) {
        return isShort.getAsBoolean() ? 1 : (double) open.getAsLong() / limit.getAsLong();
    }

    @Override
    public String text(double reading) {
        return "files " + ProcessGauges.percent(reading) + " of " + limit.getAsLong();
    }
}
