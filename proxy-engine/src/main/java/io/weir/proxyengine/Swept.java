package io.weir.proxyengine;

/** Looks at its deadlines when the loop's sweep comes by, twice a second. Event loop only. */
interface Swept {
    void sweep(long nowNanos);

    /** Where the sweep keeps it; the sweep's business. */
    int sweepPosition();

    void sweepPosition(int position);
}
