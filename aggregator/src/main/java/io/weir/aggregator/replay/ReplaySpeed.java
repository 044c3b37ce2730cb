package io.weir.aggregator.replay;

import java.math.BigDecimal;

/**
 * How fast history is played. Immutable.
 *
 * @param factor seconds of history for each second, above 0; infinite for as fast as it can be read
 */
public record ReplaySpeed(double factor) {
    /** As it was. */
    public static final ReplaySpeed AS_IT_WAS = new ReplaySpeed(1);

    /** As fast as it can be read. */
    public static final ReplaySpeed MAX = new ReplaySpeed(Double.POSITIVE_INFINITY);

    private static final double LEAST = 0.01;
    private static final double MOST = 1_000_000;

    /**
     * Checks the factor.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public ReplaySpeed {
        boolean isInRange = factor == Double.POSITIVE_INFINITY || (factor >= LEAST && factor <= MOST);
        if (!isInRange) {
            throw new IllegalArgumentException("a speed is 0.01x to 1000000x, or max");
        }
    }

    /**
     * Reads {@code 1x}, {@code 2.5x}, {@code 10} or {@code max}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static ReplaySpeed parse(String text) {
        if (text.equals("max")) {
            return MAX;
        }
        if (!text.matches("\\d{1,7}(\\.\\d{1,3})?x?")) {
            throw new IllegalArgumentException("'" + text + "' is no speed; give it as 1x, 10x or max");
        }
        return new ReplaySpeed(Double.parseDouble(text.replace("x", "")));
    }

    /** Whether nothing waits. */
    public boolean isMax() {
        return factor == Double.POSITIVE_INFINITY;
    }

    /** {@code 10x} or {@code max}. */
    @Override
    public String toString() {
        return isMax() ? "max" : BigDecimal.valueOf(factor).stripTrailingZeros().toPlainString() + "x";
    }
}
