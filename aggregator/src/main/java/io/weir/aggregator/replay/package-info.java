/**
 * History played again: a {@link io.weir.aggregator.replay.Replay} folds a journal event by event, as time passed when they were
 * recorded, and shows snapshots as a live aggregator does. One thread each, {@code weir-replay}; it writes nothing and takes no lock.
 */
@NullMarked
package io.weir.aggregator.replay;

import org.jspecify.annotations.NullMarked;
