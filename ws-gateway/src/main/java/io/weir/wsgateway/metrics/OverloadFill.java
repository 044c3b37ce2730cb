package io.weir.wsgateway.metrics;

import java.util.function.DoubleSupplier;

/**
 * How much is used of something that may run short. Immutable, but for the figure.
 *
 * @param gauge its name
 * @param fill as a part of 1; any thread
 */
public record OverloadFill(String gauge, DoubleSupplier fill) {}
