/**
 * Questions about the past, answered out of the journal's files. {@link io.weir.aggregator.history.JournalHistory} is the entry;
 * it blocks, belongs to any thread, and reads beside a running writer.
 */
@NullMarked
package io.weir.aggregator.history;

import org.jspecify.annotations.NullMarked;
