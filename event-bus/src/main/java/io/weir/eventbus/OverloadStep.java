package io.weir.eventbus;

/**
 * How far a node goes to spare what is running short. Each step does what those before it do, too. The code is part of the journal's format and is never
 * used again for another step.
 */
public enum OverloadStep {
    /** Nothing is short. */
    NORMAL(0),
    /** What stands still is ended sooner, and idle connections to origins are not kept. */
    IDLE_SHORTENED(1),
    /** A client's connection carries no further request. */
    KEEP_ALIVE_OFF(2),
    /** No session begins: 503 with the reason. Open ones go on. */
    REFUSING(3),
    /** No client is accepted: those who come wait in the kernel. */
    ACCEPT_PAUSED(4);

    private static final OverloadStep[] BY_CODE = values();

    private final int code;

    OverloadStep(int code) {
        this.code = code;
    }

    /** The number that stands for it in the journal and in metrics. */
    public int code() {
        return code;
    }

    /** Whether it does what {@code other} does. */
    public boolean isAtLeast(OverloadStep other) {
        return code >= other.code;
    }

    /**
     * The step of a journal code.
     *
     * @throws IllegalArgumentException if no step has that code
     */
    public static OverloadStep ofCode(int code) {
        if (code < 0 || code >= BY_CODE.length) {
            throw new IllegalArgumentException("unknown overload step " + code);
        }
        return BY_CODE[code];
    }
}
