package io.weir.proxyengine.overload;

/** One figure that may run short. Read by the monitor's thread only. */
public interface Gauge {
    /** What it reads. */
    Watched watched();

    /**
     * The figure now, in the unit of {@link Watched}; NaN if it is not known, which leaves its step as it is.
     *
     * @param limit from which on no session begins; a gauge that is near it may look closer
     */
    double read(double limit);

    /** Such a figure for people, as {@code heap 93 % of 256 MiB}. */
    String text(double reading);
}
