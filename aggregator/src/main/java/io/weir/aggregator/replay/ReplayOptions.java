package io.weir.aggregator.replay;

import java.time.Duration;

/**
 * How a replay begins. Immutable.
 *
 * @param speed how fast it is played
 * @param maxPause how long a pause of history may last when it is played; zero for as long as it takes
 * @param isPaused whether it waits to be told to play
 */
public record ReplayOptions(ReplaySpeed speed, Duration maxPause, boolean isPaused) {}
