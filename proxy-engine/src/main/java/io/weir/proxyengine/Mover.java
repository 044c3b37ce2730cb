package io.weir.proxyengine;

/** A way to move bytes from one socket to another. Event loop of both; one for all flows of the loop. */
interface Mover {
    /** What came of a move. */
    enum Outcome {
        /** Moved much, and more may be there. */
        MORE,
        /** Moved what there was, or what the sink took; what it did not take the flow holds. */
        DONE,
        /** The source has ended. */
        ENDED,
        /** The source is broken. */
        SOURCE_BROKEN,
        /** The sink is broken. */
        SINK_BROKEN
    }

    /** Moves bytes once, and counts them. The flow must hold nothing. */
    Outcome move(Flow flow);
}
