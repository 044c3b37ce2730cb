package io.weir.proxyengine.overload;

import io.weir.eventbus.OverloadStep;

/**
 * From which reading of a gauge on each step is due, and how far below that it is left again, so that a reading at the edge does not switch to and fro.
 * Immutable.
 *
 * @param idleShortened ascending with the three that follow, but for those that are {@link #NEVER}
 * @param keepAliveOff see above
 * @param refusing see above
 * @param acceptPaused see above
 * @param band how far below
 */
record Thresholds(double idleShortened, double keepAliveOff, double refusing, double acceptPaused, double band) {
    /** No reading is so high. */
    static final double NEVER = Double.POSITIVE_INFINITY;

    /** Where a step begins. */
    private double of(OverloadStep step) {
        return switch (step) {
            case NORMAL -> Double.NEGATIVE_INFINITY;
            case IDLE_SHORTENED -> idleShortened;
            case KEEP_ALIVE_OFF -> keepAliveOff;
            case REFUSING -> refusing;
            case ACCEPT_PAUSED -> acceptPaused;
        };
    }

    /** The step after {@code now}: up at once to the highest that the reading has reached, down past those that it is well below. */
    OverloadStep next(OverloadStep now, double reading) {
        for (int code = OverloadStep.ACCEPT_PAUSED.code(); code > now.code(); code--) {
            OverloadStep higher = OverloadStep.ofCode(code);
            if (reading >= of(higher)) {
                return higher;
            }
        }
        OverloadStep step = now;
        while (reading < of(step) - band) {
            step = OverloadStep.ofCode(step.code() - 1);
        }
        return step;
    }
}
