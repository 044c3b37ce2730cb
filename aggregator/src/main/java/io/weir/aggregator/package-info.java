/**
 * The one owner of every total: folds what the event bus brings, journals it first, and publishes immutable snapshots.
 */
@NullMarked
package io.weir.aggregator;

import org.jspecify.annotations.NullMarked;
