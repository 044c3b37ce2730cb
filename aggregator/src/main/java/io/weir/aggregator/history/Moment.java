package io.weir.aggregator.history;

/**
 * Where and when an event is. Immutable.
 *
 * @param sequence its number in the journal; 0 before the first
 * @param atMillis its time, in ms since the epoch; 0 before the first
 */
public record Moment(long sequence, long atMillis) {
    /** Before the first event. */
    public static final Moment NONE = new Moment(0, 0);
}
