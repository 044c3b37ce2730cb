package io.weir.aggregator.replay;

/**
 * Where a replay is. Immutable.
 *
 * @param mode whether it goes on
 * @param atMillis the time that it shows, in ms since the epoch
 * @param sequence the last event that it shows
 * @param generation counts how often it went to another time
 * @param range what is played
 * @param speed how fast
 * @param missing how many events before can't be read, as the journal is damaged there
 * @param trouble why it can't go on; empty if nothing is wrong
 */
public record ReplayState(
        Mode mode,
        long atMillis,
        long sequence,
        long generation,
        ReplayRange range,
        ReplaySpeed speed,
        long missing,
        String trouble) {
    /** Whether a replay goes on. */
    public enum Mode {
        /** It does. */
        PLAYING,
        /** Somebody halted it. */
        PAUSED,
        /** All was played, or the rest can't be read. */
        ENDED
    }
}
